using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gantry.Linux.Pipes;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>
/// Who may send, by tag. What is registered is also a file, so that a restarted agent knows the senders before anybody
/// registers them again: they do not wait for that.
/// </summary>
internal sealed class SyslogSources : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly ConcurrentDictionary<string, SyslogSink> _sinks = new();
    private readonly ConcurrentDictionary<SyslogSink, bool> _ending = new();
    private readonly Lock _registering = new();
    private readonly string _directory;
    private readonly string _logs;
    private readonly TimeProvider _clock;
    private readonly byte[] _key;

    public SyslogSources(string directory, string logs, TimeProvider clock)
    {
        (_directory, _logs, _clock) = (Path.Combine(directory, "sources"), logs, clock);
        Directory.CreateDirectory(_directory);
        _key = Key(Path.Combine(directory, "tag.key"));
        foreach (var path in Directory.GetFiles(_directory, "*.json"))
            if (JsonSerializer.Deserialize<SyslogSource>(File.ReadAllText(path)) is { } source) _sinks[TagOf(source)] = Sink(source);
    }

    /// <inheritdoc cref="ISyslogListener.Register"/>
    public string Register(SyslogSource source)
    {
        var tag = TagOf(source);
        lock (_registering)
        {
            if (_sinks.TryGetValue(tag, out var known) && known.Source == source) return tag;
            known?.Dispose();
            _sinks[tag] = Sink(source);
            Write(PathOf(tag), JsonSerializer.SerializeToUtf8Bytes(source));
        }
        return tag;
    }

    /// <inheritdoc cref="ISyslogListener.Complete"/>
    public void Complete(string tag)
    {
        lock (_registering)
        {
            if (!_sinks.TryRemove(tag, out var sink)) return;
            sink.Complete();
            _ending[sink] = true;
            File.Delete(PathOf(tag));
        }
    }

    /// <inheritdoc cref="ISyslogListener.LostLines"/>
    public long LostLines(string tag) => _sinks.TryGetValue(tag, out var sink) ? sink.LostLines : 0;

    public SyslogSink? Find(ReadOnlySpan<byte> tag) => _sinks.GetValueOrDefault(Encoding.Latin1.GetString(tag));

    /// <summary>Shows losses that have ended, and ends the streams that could not be ended at once.</summary>
    public void LookAfterTrouble()
    {
        foreach (var sink in _sinks.Values.Concat(_ending.Keys)) sink.LookAfterTrouble();
        foreach (var sink in _ending.Keys.Where(sink => sink.HasEnded)) _ending.TryRemove(sink, out _);
    }

    public void Dispose()
    {
        foreach (var sink in _sinks.Values.Concat(_ending.Keys)) sink.Dispose();
    }

    private SyslogSink Sink(SyslogSource source)
    {
        var rate = source.LinesPerMinute is null && source.BytesPerMinute is null ? null
            : new LogRate(source.LinesPerMinute ?? long.MaxValue, source.BytesPerMinute ?? long.MaxValue);
        var spool = AppLogPaths.Spool(_logs, source.App, source.Name, source.Container);
        return new SyslogSink(source, new SpoolWriter(spool, new SpoolLimits { Rate = rate }, _clock), _clock);
    }

    /// <summary>Nobody can guess it, and nothing has to be remembered to find it again.</summary>
    private string TagOf(SyslogSource source)
    {
        var name = Encoding.UTF8.GetBytes($"{source.App.Value}/{source.Name}/{source.Container.Value}");
        return Convert.ToHexStringLower(HMACSHA256.HashData(_key, name).AsSpan(0, 16));
    }

    private string PathOf(string tag) => Path.Combine(_directory, tag + ".json");

    private static byte[] Key(string path)
    {
        if (!File.Exists(path)) Write(path, RandomNumberGenerator.GetBytes(32));
        return File.ReadAllBytes(path);
    }

    private static void Write(string path, byte[] content)
    {
        File.Delete(path + ".new");
        using (var file = new FileStream(path + ".new", new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            file.Write(content);
        File.Move(path + ".new", path, overwrite: true);
    }
}
