using System.Text;

namespace Gantry.Build.Sandbox;

/// <summary>
/// What the script inside the sandbox says about the build: lines of a key and a base64 value. A tenant's code can
/// write here too, so it is bounded, and nothing in it is more than text.
/// </summary>
internal sealed class BuildReport
{
    private const int MaxBytes = 1024 * 1024;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public bool IsDone => _values.ContainsKey("done");

    public string? Failure => _values.GetValueOrDefault("failure");

    public string? Release => _values.GetValueOrDefault("release");

    public string? Procfile => _values.GetValueOrDefault("procfile");

    public string? SlugIgnore => _values.GetValueOrDefault("slugignore");

    public static async Task<BuildReport> ReadAsync(Stream stream, CancellationToken token)
    {
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
            kept.Write(buffer, 0, (int)Math.Min(read, MaxBytes - kept.Length));
        var report = new BuildReport();
        foreach (var line in Encoding.ASCII.GetString(kept.ToArray()).Split('\n'))
            report.Take(line);
        return report;
    }

    private void Take(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var bytes = new byte[line.Length];
        if (space > 0 && Convert.TryFromBase64String(line[(space + 1)..], bytes, out var count))
            _values[line[..space]] = Encoding.UTF8.GetString(bytes, 0, count);
    }
}
