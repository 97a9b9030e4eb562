using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Cli.Sources;
using Gantry.Cli.Streams;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class DeployCommand
{
    private static readonly Argument<string> Source = new("source")
    {
        Description = "A folder, a .tar.gz or .war file, or the URL of a .tar.gz (default: this folder)",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => ".",
    };

    private static readonly Argument<string?> Ref = new("ref") { Description = "A name for this version, such as a commit", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> NoFollow = new("--no-follow") { Description = "Do not wait for the end" };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Deployments", "deploy", "Deploy a folder or an archive")
        {
            Details =
                "From a folder in a git repository, the files that git does not ignore are sent, committed or not; " +
                "from another folder, all files. The output of the build is shown; the exit code is 0 only when the " +
                "new version serves. Ctrl-C stops watching, not the deployment.",
            Examples =
            [
                "gantry deploy                              # this folder",
                "gantry deploy --app my-app build/app.tar.gz v1.2",
                "gantry deploy https://example.com/app.tar.gz --no-follow",
                "gantry deploy --format json | jq -r 'select(.type==\"status\").status'",
            ],
        },
        RunAsync, Source, Ref, NoFollow);

    /// <summary>Shows the output of a deployment until it ends; the exit code is its result.</summary>
    public static async Task<ExitCode> FollowAsync(Invocation invocation, string deployment, CancellationToken token)
    {
        var app = await AppCommands.FetchAsync(invocation, token);
        var told = false;
        var follower = new DeploymentFollower(
            invocation.Api, invocation.AppPath, new Uri(app.Links.DeploymentsStream), deployment,
            text => told |= Log(invocation, text).Contains(app.Url, StringComparison.Ordinal), status => Status(invocation, status), invocation.Shell);
        var result = await follower.RunAsync(token);
        return Conclude(invocation, app, result, told);
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var (url, gitRef) = await ProvideAsync(invocation, token);
        var request = new CreateDeploymentRequest(new CreateDeploymentBody(invocation.Get(Ref) ?? gitRef, url));
        var deployment = (await invocation.Api.PostAsync($"{invocation.AppPath}/deployments", request,
            V1Json.Default.CreateDeploymentRequest, V1Json.Default.DeploymentReply, token)).Deployment;
        if (!invocation.Get(NoFollow))
            return await FollowAsync(invocation, deployment.Id, token);
        invocation.Print.Done(deployment, V1Json.Default.DeploymentResource,
            $"Deployment {deployment.Id} is {deployment.Status}. Watch it: gantry deployment-logs --follow {deployment.Id}");
        return ExitCode.Success;
    }

    private static async Task<(string Url, string? GitRef)> ProvideAsync(Invocation invocation, CancellationToken token)
    {
        var source = invocation.Get(Source);
        if (source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal))
            return (source, null);
        // Who is not logged in or has no such app learns it before the packing and the sending.
        _ = await AppCommands.FetchAsync(invocation, token);
        using var archive = SourceArchive.Open(Path.Combine(invocation.Shell.WorkingDirectory, source), invocation.Print.Say);
        if (archive.IsTemporary)
            invocation.Print.Say($"Packed {archive.Files} {(archive.Files == 1 ? "file" : "files")}, {Human.Bytes(archive.Length)} compressed.");
        return (await UploadAsync(invocation, archive, token), archive.GitRef);
    }

    private static async Task<string> UploadAsync(Invocation invocation, SourceArchive archive, CancellationToken token)
    {
        var source = (await invocation.Api.PostEmptyAsync("/v1/sources", V1Json.Default.SourceReply, token)).Source;
        using var bar = new ProgressBar(invocation.Shell, "Uploading", archive.Length);
        using var request = new HttpRequestMessage(HttpMethod.Put, invocation.Api.At(source.UploadUrl))
        {
            Content = new ProgressContent(archive.Path, "application/x-gzip", bar.Report),
        };
        using var response = await invocation.Api.SendPatientlyAsync(request, token);
        (await ApiErrors.DemandSuccessAsync(response, token)).Dispose();
        return source.DownloadUrl;
    }

    private static string Log(Invocation invocation, string text)
    {
        if (invocation.Json)
            invocation.Print.Line(new StreamEvent("log") { Content = text }, CliJson.Default.StreamEvent);
        else
        {
            invocation.Shell.Out.Write(text);
            invocation.Shell.Out.Flush();
        }

        return text;
    }

    private static void Status(Invocation invocation, string status)
    {
        if (invocation.Json)
            invocation.Print.Line(new StreamEvent("status") { Status = status }, CliJson.Default.StreamEvent);
        else
            invocation.Print.Say($"----> {status}");
    }

    private static ExitCode Conclude(Invocation invocation, AppResource app, DeploymentResource result, bool addressIsTold)
    {
        if (invocation.Json)
            invocation.Print.Line(new StreamEvent("result") { Deployment = result }, CliJson.Default.StreamEvent);
        if (result.Status == "success")
        {
            if (!addressIsTold)
                invocation.Print.Say($"Deployed. {app.Name} serves at {app.Url}");
            return ExitCode.Success;
        }

        throw new CliError(ExitCode.Failed, $"The deployment failed ({result.Status}){(result.FailureReason is { } why ? ": " + why : ".")}", Advice(app, result));
    }

    private static string Advice(AppResource app, DeploymentResource result) => result.Status switch
    {
        "build-error" => $"The output above says where it broke; again: gantry deployment-logs {result.Id} --app {app.Name}",
        "crashed-error" => $"The new version ended right after its start; its last words: gantry logs --app {app.Name} -n 100",
        "timeout-error" => $"The new version did not listen on $PORT within 60 seconds; its log: gantry logs --app {app.Name} -n 100",
        "hook-error" => $"The postdeploy hook failed; its log: gantry logs --app {app.Name} -n 100",
        _ => "Deploy again, or see: gantry deployments --app " + app.Name,
    } + "\nThe version before it, if there was one, still serves.";
}
