using System.CommandLine;
using Gantry.Cli.Configuration;
using Gantry.Cli.Git;
using Gantry.Cli.Http;
using Gantry.Cli.Output;

namespace Gantry.Cli.CommandLine;

/// <summary>One run of one command: its arguments, where it prints, the server and the app it is about.</summary>
internal sealed class Invocation(Shell shell, GlobalOptions globals, ParseResult parsed)
{
    private ApiClient? _api;
    private string? _app;

    public Shell Shell { get; } = shell;

    public Printer Print { get; } = new(shell, parsed.GetValue(globals.Format));

    public bool Csv => parsed.GetValue(globals.Format) == OutputFormat.Csv;

    public bool Json => parsed.GetValue(globals.Format) == OutputFormat.Json;

    public CredentialFile Credentials { get; } = new(shell);

    public SettingsFile Settings { get; } = new(shell);

    /// <summary>The server's address, without a slash at its end.</summary>
    public Uri Server => ServerAddress.Choose(parsed.GetValue(globals.Url), Shell, Settings);

    /// <summary>The API with the credentials of this user. Nothing is sent before the first call.</summary>
    public ApiClient Api => _api ??= new ApiClient(Server, ApiTokens.Find(Shell, Credentials, Server), Shell);

    /// <summary>The app that the command is about: <c>--app</c>, else the environment, else the git remote.</summary>
    public string App => _app ??= AppChoice.Find(parsed.GetValue(globals.App), Shell);

    /// <summary>The path of the app in the v1 API.</summary>
    public string AppPath => $"/v1/apps/{Uri.EscapeDataString(App)}";

    public T Get<T>(Option<T> option) => parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    public bool HasAppOption => Has(globals.App);
}
