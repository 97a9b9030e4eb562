using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Git;

/// <summary>Keeps an OpenSSH server running, with our configuration, as long as the host runs.</summary>
internal sealed partial class SshServer(IOptions<GitOptions> options, GitPaths paths, TimeProvider time, ILogger<SshServer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        StopLeftover();
        try
        {
            while (true)
            {
                await RunAsync(stoppingToken);
                await Task.Delay(options.Value.RestartDelay, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Stopped(logger);
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var start = new ProcessStartInfo(options.Value.SshdPath, ["-D", "-e", "-f", paths.SshdConfig]) { RedirectStandardError = true, RedirectStandardInput = true };
        using var sshd = Process.Start(start) ?? throw new InvalidOperationException("sshd could not be started.");
        Log.Started(logger, options.Value.Listen, sshd.Id);
        // Sessions inherit the descriptor, so the end of the log is not the end of the server.
        sshd.ErrorDataReceived += (_, line) => Report(line.Data);
        sshd.BeginErrorReadLine();
        using var stop = stopping.Register(() => Signal(sshd.Id));
        await ExitOfAsync(sshd);
        if (!stopping.IsCancellationRequested)
            Log.Died(logger, sshd.ExitCode);
    }

    /// <summary><see cref="Process.WaitForExitAsync"/> would also wait for the log, which open sessions hold.</summary>
    private static async Task ExitOfAsync(Process process)
    {
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => exited.TrySetResult();
        if (process.HasExited)
            exited.TrySetResult();
        await exited.Task;
    }

    /// <summary>A killed daemon leaves its SSH server behind; its sessions may end by themselves, its port is needed.</summary>
    private void StopLeftover()
    {
        if (!File.Exists(paths.SshdPid) || !int.TryParse(File.ReadAllText(paths.SshdPid).Trim(), CultureInfo.InvariantCulture, out var pid))
            return;
        var commandLine = $"/proc/{pid}/cmdline";
        if (!File.Exists(commandLine) || !File.ReadAllText(commandLine).Contains(paths.SshdConfig, StringComparison.Ordinal))
            return;
        Log.Leftover(logger, pid);
        using var old = Process.GetProcessById(pid);
        Signal(pid);
        if (!old.WaitForExit(TimeSpan.FromSeconds(5)))
            old.Kill();
    }

    private static void Signal(int pid)
    {
        using var kill = Process.Start("kill", ["-TERM", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private void Report(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        if (line.StartsWith("error:", StringComparison.Ordinal) || line.StartsWith("fatal:", StringComparison.Ordinal))
            Log.Trouble(logger, line);
        else
            Log.Line(logger, line);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Git is received over SSH on {Listen} (sshd, process {Pid})")]
        public static partial void Started(ILogger logger, string listen, int pid);

        [LoggerMessage(Level = LogLevel.Error, Message = "sshd ended with {ExitCode}; it is started again. Its lines above say why, for example a port in use.")]
        public static partial void Died(ILogger logger, int exitCode);

        [LoggerMessage(Level = LogLevel.Information, Message = "An sshd of an earlier run (process {Pid}) is stopped")]
        public static partial void Leftover(ILogger logger, int pid);

        [LoggerMessage(Level = LogLevel.Information, Message = "sshd stopped")]
        public static partial void Stopped(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "sshd: {Line}")]
        public static partial void Trouble(ILogger logger, string line);

        [LoggerMessage(Level = LogLevel.Debug, Message = "sshd: {Line}")]
        public static partial void Line(ILogger logger, string line);
    }
}
