using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Build.Sandbox;

/// <summary>The container that a build runs in.</summary>
internal static class SandboxSpec
{
    /// <summary>The runtime's own limit is a net for when this process is not there to keep the real one.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    public static ContainerSpec Create(
        BuildRequest request, BuildOptions options, Workspace workspace, BuildKit kit, string cacheImage, string projectDirectory)
    {
        var environment = kit.Fill(workspace.Kit);
        environment["PATH"] = "/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        environment["HOME"] = "/app";
        environment["LANG"] = "C.UTF-8";
        environment["APP"] = request.AppName;
        environment["STACK"] = request.Stack.Name;
        environment["SOURCE_VERSION"] = environment["CONTAINER_VERSION"] = request.SourceVersion;
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GANTRY_PROJECT_DIR"] = projectDirectory;
        environment["GANTRY_DISK_LIMIT"] = ByteText.Of(options.ScratchBytes);
        environment["GANTRY_CACHE_LIMIT"] = ByteText.Of(options.CacheBytes);
        return new ContainerSpec
        {
            Id = request.BuildId,
            Stack = request.Stack.BuildDigest,
            Command = ["bash", BuildKit.Inside + "/build.sh"],
            WorkingDirectory = "/tmp",
            Environment = environment,
            Hostname = request.AppName + "-build",
            Limits = new ContainerLimits(
                options.MemoryBytes, options.SwapBytes, options.CpuShares, options.Pids, options.ScratchBytes, MaxRuntime: options.TimeLimit + Margin),
            Mounts = Mounts(options, workspace, kit),
            Disks = [new DiskMount(cacheImage, "/cache", options.CacheBytes)],
            Log = new LogSource(LogOf(request.BuildId), "build"),
        };
    }

    /// <summary>The script writes to its pipe; only what happens before it starts comes here.</summary>
    public static AppId LogOf(ContainerId build) => new("build-" + build.Value);

    private static List<BindMount> Mounts(BuildOptions options, Workspace workspace, BuildKit kit) =>
    [
        new(workspace.Source, "/source", true),
        new(workspace.Variables, "/env", true),
        new(workspace.Kit, BuildKit.Inside, true),
        new(Path.GetFullPath(options.BuildpacksDirectory), "/buildpacks", true),
        .. kit.LocalBuildpacks().Select(b => new BindMount(b.Host, b.Inside, true)),
        .. options.ExtraMounts,
    ];
}
