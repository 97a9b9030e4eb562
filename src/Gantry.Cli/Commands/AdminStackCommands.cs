using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

internal static class AdminStackCommands
{
    private const string Group = "Operators";

    private static readonly Argument<string> Name = new("name") { Description = "Name of the stack, such as gantry-12" };
    private static readonly Argument<string> Run = new("path") { Description = "On the server: a root file system tarball or the folder of an OCI layout" };
    private static readonly Option<string?> Build = new("--build") { Description = "The variant that builds run on (default: the same)", HelpName = "PATH" };
    private static readonly Option<string?> Description = new("--description") { Description = "A line that tenants see", HelpName = "TEXT" };
    private static readonly Option<bool> Default = new("--default") { Description = "New apps get it" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "stacks", "List the base images with their digests") { Examples = ["gantry admin stacks"] },
            ListAsync),
        factory.Create(
            new GantryCommand(Group, "stacks-import", "Import a root file system as a base image")
            {
                Details = "The paths are of the server, which reads them itself; docker://HOST/NAME:TAG is an image of a registry.",
                Examples =
                [
                    "gantry admin stacks-import my-stack /srv/rootfs.tar.zst --build /srv/rootfs-build.tar.zst",
                    "gantry admin stacks-import debian-12 docker://docker.io/library/debian:12",
                ],
            },
            ImportAsync, Name, Run, Build, Description, Default),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var stacks = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/stacks", AdminJson.Default.AdminStacksReply, token)).Stacks;
        invocation.Print.Result(stacks, AdminJson.Default.IReadOnlyListAdminStackResource, () => invocation.Print.Table(
            ["Name", "Base image", "Default", "Run digest", "Build digest", "Deprecated"],
            [.. stacks.Select(s => (Cell[])
                [s.Name, s.BaseImage, s.Default ? "yes" : "", Short(s.RunDigest), Short(s.BuildDigest), s.DeprecatedAt is { } at ? Human.Time(at) : ""])]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> ImportAsync(Invocation invocation, CancellationToken token)
    {
        var request = new AdminImportStackRequest(new AdminImportStackBody(
            invocation.Get(Name), invocation.Get(Description), Full(invocation, invocation.Get(Run)), Full(invocation, invocation.Get(Build)), invocation.Get(Default)));
        invocation.Print.Say("Importing; a large root takes a minute…");
        var stack = (await invocation.Api.PostPatientlyAsync($"{AdminApi.Prefix}/stacks", request,
            AdminJson.Default.AdminImportStackRequest, AdminJson.Default.AdminStackReply, token)).Stack;
        invocation.Print.Done(stack, AdminJson.Default.AdminStackResource, $"Stack {stack.Name} is imported ({Short(stack.RunDigest)}).");
        return ExitCode.Success;
    }

    private static string? Full(Invocation invocation, string? path) =>
        path is null || path.StartsWith("docker://", StringComparison.Ordinal) ? path : Path.GetFullPath(path, invocation.Shell.WorkingDirectory);

    private static string Short(string? digest) => digest is { Length: > 19 } ? digest["sha256:".Length..19] : digest ?? "";
}
