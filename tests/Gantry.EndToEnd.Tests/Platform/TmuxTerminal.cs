using System.Globalization;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>The terminal of a person: a shell in tmux, with a size, keys and a screen to look at.</summary>
public sealed class TmuxTerminal : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-tmux-").FullName;

    private TmuxTerminal()
    {
    }

    private string Socket => Path.Combine(_folder, "socket");

    /// <summary>Starts a shell that finds the client as <c>gantry</c>.</summary>
    public static async Task<TmuxTerminal> StartAsync(
        GantryPlatform platform, int columns, int rows, IReadOnlyDictionary<string, string> environment)
    {
        var terminal = new TmuxTerminal();
        var variables = new Dictionary<string, string>(environment)
        {
            ["PATH"] = $"{Path.GetDirectoryName(platform.CliPath)}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        (await Shell.RunAsync(
            "tmux", ["-S", terminal.Socket, "-f", "/dev/null", "new-session", "-d", "-x", Text(columns), "-y", Text(rows), "env PS1='here> ' bash --norc --noprofile"],
            variables, platform.Root)).ExpectSuccess();
        await terminal.WaitForAsync("here>");
        return terminal;
    }

    /// <summary>Types a line and the return key.</summary>
    public async Task TypeAsync(string line)
    {
        await WriteAsync(line);
        await KeyAsync("Enter");
    }

    public Task WriteAsync(string text) => TmuxAsync("send-keys", "-l", "--", text);

    /// <param name="key">In the words of tmux, such as <c>C-c</c>.</param>
    public Task KeyAsync(string key) => TmuxAsync("send-keys", key);

    public Task ResizeAsync(int columns, int rows) => TmuxAsync("resize-window", "-x", Text(columns), "-y", Text(rows));

    /// <summary>All that was shown, with lines put together again that were broken at the margin.</summary>
    public async Task<string> ScreenAsync() => (await TmuxAsync("capture-pane", "-p", "-J", "-S", "-")).Output;

    public async Task<string> WaitForAsync(string text)
    {
        try
        {
            return await Wait.ForAsync<string>(
                async () => await ScreenAsync() is var screen && screen.Contains(text, StringComparison.Ordinal) ? screen : null, $"'{text}'", TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} The terminal shows:\n{await ScreenAsync()}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await TmuxAsync("kill-server");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<ShellResult> TmuxAsync(params string[] arguments) => (await Shell.RunAsync("tmux", ["-S", Socket, .. arguments])).ExpectSuccess();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
