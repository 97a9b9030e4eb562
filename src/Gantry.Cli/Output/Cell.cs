namespace Gantry.Cli.Output;

/// <summary>A text with a colour that only terminals see.</summary>
internal readonly record struct Cell(string Text, string? Style = null)
{
    public static implicit operator Cell(string? text) => new(text ?? "");

    public static implicit operator Cell(int number) => new(number.ToString());

    /// <summary>A status in the colour of its mood.</summary>
    public static Cell Status(string status) => new(status, status switch
    {
        "running" or "success" or "done" or "moved" or "ok" or "ready" or "active" or "met" => "green",
        "new" or "stopped" or "queued" or "deprecated" or "drained" or "not applicable" => "grey",
        "building" or "pushing" or "starting" or "booting" or "scaling" or "restarting" or "stopping" or "pending" or "warn" or "waiting" or "moving" or "draining" or "pausing" or "paused" or "abandoning" or "cordoned" or "suspected" or "unknown" => "yellow",
        "crashed" or "error" or "fail" or "aborted" or "down" or "lost" or "cannot" or "given_up" or "not met" => "red",
        _ => status.EndsWith("-error", StringComparison.Ordinal) ? "red" : null,
    });
}
