namespace Gantry.Contracts.V1;

/// <summary>First frame of the client on the deployment stream: <c>{"type":"auth","data":{"token":…}}</c>.</summary>
public sealed record StreamAuthFrame(string? Type, StreamAuthData? Data);

public sealed record StreamAuthData(string? Token);

public sealed record StreamPingFrame(string Type, StreamPingData Data);

public sealed record StreamPingData(long Ts);

public sealed record StreamNewFrame(string Type, string Id, StreamNewData Data);

public sealed record StreamNewData(StreamNewDeployment Deployment);

public sealed record StreamNewDeployment(string Id, UserReference Pusher);

public sealed record StreamLogFrame(string Type, string Id, StreamLogData Data);

public sealed record StreamLogData(string Content);

public sealed record StreamStatusFrame(string Type, string Id, StreamStatusData Data);

public sealed record StreamStatusData(string Status);
