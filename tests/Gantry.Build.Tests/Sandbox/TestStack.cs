using System.Diagnostics;
using Gantry.Build.Stacks;
using Gantry.Domain;
using Gantry.Domain.Images;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Gantry.Build.Tests.Sandbox;

/// <summary>
/// The real build stack, imported and unpacked once. What is kept between runs is named by its content, so no run
/// can disturb another.
/// </summary>
public static class TestStack
{
    public const string Kept = "/var/cache/gantry/tests/build";

    public static string Repository { get; } = FindRepository();

    public static async Task<Stack> ImportAsync(IServiceProvider services)
    {
        await RunAsync(Path.Combine(Repository, "stacks/build"), "gantry-12", "/var/cache/gantry/stacks");
        var root = await services.GetRequiredService<IStackImporter>().ImportAsync("/var/cache/gantry/stacks/gantry-12-build.tar", null, CancellationToken.None);
        Assert.True(root.IsSuccess, root.Refusal?.ToString());
        return new Stack(new StackId("st-test"), "gantry-12", "", "", true, root.Value.Digest, root.Value.Digest, DateTimeOffset.UnixEpoch, null);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {errors}");
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "stacks", "build")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The repository was not found above the test's binaries.");
    }
}
