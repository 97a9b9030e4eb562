using System.Diagnostics;
using System.Globalization;
using Gantry.Linux.Kernel;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// The user namespace that an engine with <c>userns-remap</c> gives all its containers: id n inside is id FIRST + n on the
/// host. The engine maps its own images; what is mounted from the host has to be mapped the same way.
/// </summary>
internal sealed class EngineUsers(EngineLink engine) : IDisposable
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private EngineMapping? _mapping;

    /// <summary>As the engine was started when this was asked for first; <see cref="EngineMapping.None"/> without the option.</summary>
    public async Task<EngineMapping> GetAsync(CancellationToken token)
    {
        await _asking.WaitAsync(token);
        try
        {
            return _mapping ??= await AskAsync(token);
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose()
    {
        if (_mapping is { Namespace: { } descriptor })
            _ = Libc.Close(descriptor);
        _asking.Dispose();
    }

    private async Task<EngineMapping> AskAsync(CancellationToken token)
    {
        var info = await engine.AskAsync("say what it is", c => c.System.GetSystemInfoAsync(token));
        if (info.SecurityOptions?.Contains("name=userns") != true)
            return EngineMapping.None;
        var first = FirstId(info.DockerRootDir ?? "");
        return new EngineMapping(first, await MakeNamespaceAsync(first, token));
    }

    /// <summary>With a mapping, the engine's folder is named after its first user and group: …/165536.165536.</summary>
    internal static uint FirstId(string folder) =>
        Path.GetFileName(folder).Split('.') is [var user, var group] && user == group && uint.TryParse(user, CultureInfo.InvariantCulture, out var first)
            ? first
            : throw new RuntimeException(
                $"The Docker Engine maps users (userns-remap), but not by one number for users and groups: its folder is {folder}. Give its user equal lines in /etc/subuid and /etc/subgid.", false);

    /// <summary>A process with threads cannot make a user namespace: a short-lived helper does.</summary>
    private static async Task<int> MakeNamespaceAsync(uint first, CancellationToken token)
    {
        using var helper = Process.Start(new ProcessStartInfo("unshare", ["--user", "--", "cat"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await helper.StandardInput.WriteLineAsync("made".AsMemory(), token);
        await helper.StandardInput.FlushAsync(token);
        if (await helper.StandardOutput.ReadLineAsync(token) != "made")
            throw new RuntimeException("'unshare --user' failed: are user namespaces allowed on this host (sysctl user.max_user_namespaces)?", false);
        var map = string.Create(CultureInfo.InvariantCulture, $"0 {first} {EngineMapping.Size}");
        await File.WriteAllTextAsync($"/proc/{helper.Id}/uid_map", map, token);
        await File.WriteAllTextAsync($"/proc/{helper.Id}/gid_map", map, token);
        var descriptor = Libc.OpenChecked($"/proc/{helper.Id}/ns/user", Libc.O_RDONLY);
        helper.StandardInput.Close();
        await helper.WaitForExitAsync(token);
        return descriptor;
    }
}

/// <param name="FirstId">Host id of root inside.</param>
/// <param name="Namespace">Descriptor of a user namespace with the engine's mapping; null when it maps nothing.</param>
internal sealed record EngineMapping(uint FirstId, int? Namespace)
{
    public const int Size = 65_536;

    public static EngineMapping None { get; } = new(0, null);

    public bool IsMapped => Namespace is not null;
}
