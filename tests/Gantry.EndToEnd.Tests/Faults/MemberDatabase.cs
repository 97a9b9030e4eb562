using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>That of a cluster whose engines are its own.</summary>
public sealed class MemberDatabase(TwoControls target) : Database
{
    public override string ConnectionString => TwoControls.ConnectionString;

    public override string Log => Path.Combine(target.Root, "engines", "postgres.log");

    public override Task StartAsync() => target.WordAsync("start-engine", "postgres");

    /// <summary>Only the server is told: it ends its processes in order.</summary>
    public override async Task StopAsync()
    {
        var server = (await File.ReadAllTextAsync($"/run/{target.Name}/engines/postgres.pid")).Trim();
        (await Shell.RunAsync("kill", ["-INT", server])).ExpectSuccess();
        await Wait.ForAsync<object>(() => Task.FromResult<object?>(FaultTarget.HasProcess(server) ? null : this), "the end of the database");
    }

    public override Task KillAsync() => target.WordAsync("kill-engine", "postgres");

    public override Task PauseAsync() => target.WordAsync("signal-engine", "postgres", "STOP");

    public override Task ResumeAsync() => target.WordAsync("signal-engine", "postgres", "CONT");
}
