using System.Text;
using Gantry.Cli.CommandLine;

namespace Gantry.Cli.Tests.Support;

/// <summary>Runs commands in this process, in a home folder of their own.</summary>
internal sealed class Cli : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-cli-").FullName;
    private readonly Dictionary<string, string> _variables = new();

    public Cli(FakePlatform? platform = null)
    {
        Directory.CreateDirectory(WorkingDirectory);
        this["HOME"] = Path.Combine(_folder, "home");
        if (platform is null)
            return;
        this["GANTRY_URL"] = platform.Url.ToString();
        this["GANTRY_API_TOKEN"] = FakePlatform.ApiToken;
    }

    public string WorkingDirectory => Path.Combine(_folder, "work");

    public string Configuration => Path.Combine(_folder, "home", ".config", "gantry");

    public string this[string variable]
    {
        set => _variables[variable] = value;
    }

    public void Unset(string variable) => _variables.Remove(variable);

    public Task<CliResult> RunAsync(params string[] arguments) => RunAsync("", arguments);

    public Task<CliResult> RunAsync(string input, string[] arguments) => Start(input, arguments, CancellationToken.None).EndAsync();

    public CliRun Start(string input, string[] arguments, CancellationToken token)
    {
        var (output, error, raw) = (new LiveText(), new LiveText(), new MemoryStream());
        var shell = new Shell
        {
            Out = output,
            Error = error,
            RawOut = raw,
            RawIn = new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Variable = name => _variables.GetValueOrDefault(name),
            WorkingDirectory = WorkingDirectory,
        };
        return new CliRun(Task.Run(() => CliApplication.RunAsync(arguments, shell, token)), output, error, raw);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

internal sealed record CliResult(int Code, string Out, string Error, string Raw)
{
    public ExitCode Exit => (ExitCode)Code;
}

internal sealed class CliRun(Task<int> code, LiveText output, LiveText error, MemoryStream raw)
{
    public string Out => output.ToString();

    public string Error => error.ToString();

    public async Task<CliResult> EndAsync()
    {
        var number = await code.WaitAsync(TimeSpan.FromSeconds(30));
        return new CliResult(number, Out, Error, Encoding.UTF8.GetString(raw.ToArray()));
    }
}
