namespace Gantry.Contracts.Admin;

/// <summary>Bandwidth of each direction of each container of an app; null is that of the containers' size.</summary>
public sealed record AdminBandwidth(long? BitsPerSecond);

public sealed record AdminBandwidthRequest(AdminBandwidth? Bandwidth);

public sealed record AdminBandwidthReply(AdminBandwidth Bandwidth);
