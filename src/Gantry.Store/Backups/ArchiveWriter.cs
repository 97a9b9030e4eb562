using System.Formats.Tar;
using System.Text.Json;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Gantry.Store.Backups;

/// <summary>A tar in zstd that gets its name when it is whole.</summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    /// <summary>Most of it is compressed already.</summary>
    private const int Level = 1;

    private readonly string _path;
    private readonly DateTimeOffset _time;
    private readonly FileStream _file;
    private readonly CompressionStream _zstd;
    private readonly TarWriter _tar;
    private readonly List<BackupEntry> _entries = [];
    private bool _published;

    public ArchiveWriter(string path, DateTimeOffset time)
    {
        (_path, _time) = (path, time);
        _file = new FileStream(Draft, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        _zstd = new CompressionStream(_file, Level, leaveOpen: true);
        _zstd.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        _tar = new TarWriter(_zstd, TarEntryFormat.Gnu, leaveOpen: true);
    }

    public IReadOnlyList<BackupEntry> Entries => _entries;

    private string Draft => _path + ".part";

    public async Task<byte[]> AddJsonAsync<T>(string name, T value, CancellationToken token)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(value);
        await AddAsync(name, content, token);
        return content;
    }

    public async Task AddAsync(string name, byte[] content, CancellationToken token) => await AddAsync(name, new MemoryStream(content), content.Length, token);

    /// <returns>Why the content is not what it should be; null when it is.</returns>
    public async Task<IOException?> AddAsync(string name, Stream content, long length, CancellationToken token)
    {
        await using var entry = new EntryStream(content, length);
        await _tar.WriteEntryAsync(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = entry, ModificationTime = _time }, token);
        _entries.Add(new BackupEntry(name, length, entry.Sha256));
        return entry.Failure;
    }

    /// <summary>Durable from here on.</summary>
    public async Task PublishAsync()
    {
        await _tar.DisposeAsync();
        await _zstd.DisposeAsync();
        _file.Flush(flushToDisk: true);
        File.Move(Draft, _path, overwrite: false);
        _published = true;
        DirectorySync.Flush(Path.GetDirectoryName(_path)!);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_published)
            File.Delete(Draft);
        await _file.DisposeAsync();
    }
}
