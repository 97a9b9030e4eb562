using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Gantry.Build.Tests.Archives;

/// <summary>Makes archives entry by entry, also such as no tool would make.</summary>
internal sealed class TarMaker
{
    private readonly MemoryStream _memory = new();
    private readonly TarWriter _writer;

    public TarMaker() => _writer = new TarWriter(_memory, TarEntryFormat.Gnu, leaveOpen: true);

    public TarMaker Folder(string name) => Add(new GnuTarEntry(TarEntryType.Directory, name));

    public TarMaker File(string name, string text = "x", UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) =>
        Add(new GnuTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });

    public TarMaker Link(string name, string target, TarEntryType type = TarEntryType.SymbolicLink) =>
        Add(new GnuTarEntry(type, name) { LinkName = target });

    public TarMaker Special(string name, TarEntryType type) => Add(new GnuTarEntry(type, name));

    public MemoryStream Plain()
    {
        _writer.Dispose();
        return new MemoryStream(_memory.ToArray());
    }

    public MemoryStream Gzip() => Compress(Plain());

    public static MemoryStream Compress(Stream plain)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            plain.CopyTo(gzip);
        packed.Position = 0;
        return packed;
    }

    private TarMaker Add(TarEntry entry)
    {
        _writer.WriteEntry(entry);
        return this;
    }
}
