using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Events;
using Gantry.Domain.Hosts;
using Gantry.Domain.Images;
using Gantry.Domain.Operations;
using Gantry.Store.Records;

namespace Gantry.Conformance.Records;

/// <summary>Records with every field set, so that a field that is not stored is noticed.</summary>
public static class Samples
{
    public static readonly DateTimeOffset Now = new DateTimeOffset(2026, 8, 9, 10, 11, 12, TimeSpan.Zero).AddTicks(3456789);

    public static User User(string name = "alice") => new(new UserId($"us-{name}"), name, $"{name}@example.org", IsOperator: name == "alice", Now);

    public static ApiToken ApiToken(string id = "tk-us-1", string user = "us-alice", string hash = "hash-1") =>
        new(new TokenId(id), new UserId(user), "laptop", hash, Now, Now.AddHours(1), Now.AddDays(30));

    public static SshKey SshKey(string id = "k-1", string user = "us-alice", string fingerprint = "SHA256:one") =>
        new(new KeyId(id), new UserId(user), "laptop", "ssh-ed25519 AAAA alice", fingerprint, Now);

    public static App App(string name = "my-app-1", string owner = "us-alice") => new()
    {
        Id = new AppId($"ap-{name}"), Name = AppName.Parse(name).Value, OwnerId = new UserId(owner), StackId = new StackId("st-1"),
        Status = AppStatus.Restarting, ForceHttps = true, StickySession = true, RouterLogs = true, BitsPerSecond = 5_000_000_000, CreatedAt = Now, UpdatedAt = Now.AddMinutes(1),
        CurrentDeploymentId = new DeploymentId("d-0"), CurrentImageId = new ImageId("im-0"), LastDeployedAt = Now.AddMinutes(2), LastDeployedBy = "alice",
    };

    public static Deployment Deployment(string id = "d-1", string app = "ap-my-app-1") => new()
    {
        Id = new DeploymentId(id), AppId = new AppId(app), PusherId = new UserId("us-alice"), PusherName = "alice",
        Source = new DeploymentSource(SourceKind.Url, "https://example.org/a.tar.gz"), GitRef = "0123abc", Status = DeploymentStatus.Queued,
        FailureReason = "none yet", ImageId = new ImageId("im-1"), ImageSize = 5_000_000_000, StackName = "gantry-12",
        PostdeployHook = "rake db:migrate", AbortRequested = true, CreatedAt = Now, StartedAt = Now.AddSeconds(1), FinishedAt = Now.AddSeconds(2),
    };

    public static Container Container(string id = "c-1", string app = "ap-my-app-1") => new()
    {
        Id = new ContainerId(id), AppId = new AppId(app), DeploymentId = new DeploymentId("d-1"), ImageId = new ImageId("im-1"),
        Type = "web", Index = 2, Size = "L", Command = "node server.js", Attached = true, UserId = new UserId("us-alice"), Wanted = false,
        State = ContainerState.Booting, Host = new HostId("host-1"), PlacedAt = Now.AddSeconds(1), Placement = "host-1: the only one", Replaces = new ContainerId("c-0"), MovedAt = Now.AddSeconds(4), Address = "10.1.2.3", Port = 5000, ExitCode = 137, ExitReason = "out of memory",
        Crashes = 3, BootAttempts = 4, BootFailed = true, NotBefore = Now.AddMinutes(5), CreatedAt = Now, StartedAt = Now.AddSeconds(1), ReadyAt = Now.AddSeconds(2), StoppedAt = Now.AddSeconds(3),
    };

    public static Host Host(string id = "host-1") => new()
    {
        Id = new HostId(id), Name = "box", Class = "small", Zone = "a", Labels = new Dictionary<string, string> { ["disk"] = "ssd" }, Cordoned = true,
        Capacity = new Dictionary<string, long> { ["cpu"] = 2000, ["memory"] = 24L << 30 }, RegisteredAt = Now,
        Address = "10.0.0.2:7444", Subnet = "10.192.16.0/20", Drain = new HostDrain(Now.AddSeconds(5), 4, 12),
    };

    public static Repacking Repacking() => new()
    {
        State = RepackingState.Abandoned, Objective = "fewest-hosts", AtOnce = 3, BeganAt = Now, EndedAt = Now.AddMinutes(5), Frees = [new HostId("host-1"), new HostId("host-2")],
        Freed = [new HostId("host-2")], Why = "It was abandoned.",
        Moves =
        [
            new RepackingMove(new ContainerId("c-1"), "my-app-1", "web-2", new HostId("host-1"), new HostId("host-3"), 1, "host-1 is to be freed") { State = RepackingMoveState.Moved },
            new RepackingMove(new ContainerId("c-2"), "my-app-1", "web-3", new HostId("host-2"), new HostId("host-3"), 2, "host-2 is to be freed"),
        ],
    };

    public static JoinToken JoinToken(string id = "0a1b2c3d") => new(id, new string('5', 64), Now, Now.AddHours(1));

    public static AuthorityRecord Authority(string name = "hosts") => new(name, "certificate of " + name, "key of " + name, Now);

    public static Operation Operation(string id = "op-1", OperationType type = OperationType.Scale, string app = "ap-my-app-1") => new(
        new OperationId(id), new AppId(app), type, OperationStatus.Pending, null, ["web", "worker"], new ContainerId("c-1"), Now, null);

    public static Image Image(string id = "im-1", string app = "ap-my-app-1") => new(
        new ImageId(id), new AppId(app), Digest('a'), Digest('b'), 5_000_000_000,
        new Dictionary<string, string> { ["web"] = "node server.js", ["clock"] = "node clock.js" },
        new Dictionary<string, string> { ["NODE_ENV"] = "production" }, "0123abc", Now);

    public static Stack Stack(string name = "gantry-12", bool isDefault = true) => new(
        new StackId($"st-{name}"), name, "Debian 12", "debian:12", isDefault, Digest('c'), Digest('d'), Now, Now.AddDays(900));

    public static AppEvent Event(string id = "ev-1", string? app = "ap-my-app-1", string user = "us-alice") => new(
        new EventId(id), Now, "new_app", new UserId(user), user, app is null ? null : new AppId(app), "my-app-1", """{"git_source":null}""");

    public static Digest Digest(char digit) => new("sha256:" + new string(digit, 64));
}
