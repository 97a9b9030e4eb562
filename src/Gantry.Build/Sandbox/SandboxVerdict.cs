using Gantry.Domain;

namespace Gantry.Build.Sandbox;

/// <summary>Says in a sentence why a build failed.</summary>
internal static class SandboxVerdict
{
    /// <returns>Null when it succeeded.</returns>
    public static Refusal? Of(SandboxEnd end, BuildOptions options)
    {
        if (end.Status is null)
            return Failed($"The build was stopped after {Minutes(options.TimeLimit)}, the time limit of builds. If a command waits for an answer, make it non-interactive; if it needs the time, do less in the build or keep more in its cache.");
        if (end.Status is { ExitCode: 0 } && end.Report.IsDone)
            return null;
        if (end.Status.OutOfMemory)
            return Failed($"The build ran out of memory (limit {ByteText.Of(options.MemoryBytes)}). Make it use less: fewer parallel jobs, a smaller heap of the compiler or bundler; then deploy again.");
        if (end.Report.Failure is { } sentence)
            return Failed(sentence);
        if (end.Status.ExitReason is { } reason)
            return Failed($"The build was ended: {reason}");
        return Failed($"The build ended unexpectedly with exit code {end.Status.ExitCode}; the end of the build output may say why. Deploy again, and if it stays so, tell the operator.");
    }

    private static string Minutes(TimeSpan limit) => limit.TotalMinutes >= 2 ? $"{limit.TotalMinutes:0} minutes" : $"{limit.TotalSeconds:0} seconds";

    private static Refusal Failed(string sentence) => Refusal.Invalid("build", sentence);
}
