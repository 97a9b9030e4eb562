using System.Collections.Concurrent;
using System.Globalization;
using Gantry.Build.Images;
using Gantry.Domain;

namespace Gantry.Build.Sandbox;

/// <summary>One disk image an app and stack, bounded each and together; the least recently used go first.</summary>
internal sealed class BuildCaches(BuildOptions options, TimeProvider time)
{
    private readonly ConcurrentDictionary<AppId, int> _inUse = new();

    private string Root => Path.Combine(options.DataDirectory, "cache");

    /// <summary>The image for a build. A cache of another stack does not fit, so it goes.</summary>
    public string Open(AppId app, StackId stack)
    {
        _inUse.AddOrUpdate(app, 1, static (_, n) => n + 1);
        var folder = Directory.CreateDirectory(FolderOf(app)).FullName;
        var image = Path.Combine(folder, stack.Value + ".img");
        foreach (var other in Directory.GetFiles(folder).Where(f => f != image))
            File.Delete(other);
        if (File.Exists(image))
            File.SetLastWriteTimeUtc(image, time.GetUtcNow().UtcDateTime);
        return image;
    }

    /// <summary>The build is over.</summary>
    public void Close(AppId app)
    {
        _inUse.AddOrUpdate(app, 0, static (_, n) => n - 1);
        _inUse.TryRemove(new(app, 0));
    }

    public void Delete(AppId app)
    {
        if (Directory.Exists(FolderOf(app)))
            Directory.Delete(FolderOf(app), recursive: true);
    }

    /// <summary>Removes what is too old, then what is too much.</summary>
    public async Task CollectAsync(CancellationToken token)
    {
        var now = time.GetUtcNow();
        long total = 0;
        foreach (var (app, used, bytes) in (await ListAsync(token)).OrderByDescending(c => c.Used))
        {
            total += bytes;
            if ((total > options.MaxCacheBytes || now - used > options.CacheRetention) && _inUse.GetValueOrDefault(app) == 0)
            {
                Delete(app);
                total -= bytes;
            }
        }
    }

    private async Task<List<(AppId App, DateTimeOffset Used, long Bytes)>> ListAsync(CancellationToken token)
    {
        if (!Directory.Exists(Root))
            return [];
        var lines = await HostTool.RunAsync("find", Root, [".", "-mindepth", "2", "-name", "*.img", "-printf", "%T@ %b %P\\n"], token);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    private static (AppId App, DateTimeOffset Used, long Bytes) Parse(string line)
    {
        var parts = line.Split(' ', 3);
        var seconds = double.Parse(parts[0], CultureInfo.InvariantCulture);
        return (new AppId(parts[2].Split('/')[0]), DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)), long.Parse(parts[1], CultureInfo.InvariantCulture) * 512);
    }

    private string FolderOf(AppId app) => Path.Combine(Root, app.Value);
}
