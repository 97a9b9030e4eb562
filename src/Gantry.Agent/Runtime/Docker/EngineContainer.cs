using System.Globalization;
using Docker.DotNet.Models;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>What the engine says of one of this instance's containers.</summary>
internal sealed record EngineContainer(
    string EngineId, Labels Labels, RuntimeState State, int ExitCode, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, bool OutOfMemory, string Error, int Pid)
{
    public bool IsRunning => State == RuntimeState.Running;

    public static EngineContainer From(ContainerInspectResponse c) => new(
        c.ID!, Labels.Read(c.Config!.Labels!), StateOf(c.State!.Status!), (int)c.State.ExitCode, Time(c.State.StartedAt), Time(c.State.FinishedAt),
        c.State.OOMKilled, c.State.Error ?? "", (int)c.State.Pid);

    /// <summary>One that was not started has nothing to tell but what the list says.</summary>
    public static EngineContainer Waiting(ContainerListResponse c) => new(c.ID!, Labels.Read(c.Labels!), RuntimeState.Created, 0, null, null, false, "", 0);

    public static RuntimeState StateOf(string status) => status switch
    {
        "created" => RuntimeState.Created,
        "running" or "paused" or "restarting" => RuntimeState.Running,
        _ => RuntimeState.Exited,
    };

    /// <summary>The engine writes the year 1 for what has not happened.</summary>
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1 ? time.ToUniversalTime() : null;
}
