using System.Globalization;
using System.IO.Compression;
using Gantry.Lab.Data;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Tianchi;

/// <summary>An instance of the Alibaba Global Scheduling Algorithm Competition 2018.</summary>
internal sealed record TianchiInstance(
    IReadOnlyList<string> Machines, IReadOnlyList<PackingHost> Hosts, IReadOnlyList<string> Apps, IReadOnlyList<double[]> Curves, IReadOnlyList<double[]> Scalars,
    IReadOnlyList<string> Instances, int[] AppOf, int[] Initial, IReadOnlyList<(int App, int Other, int Most)> Rules)
{
    public const int Points = 98;

    public PackingProblem ToProblem() => new(Points, Curves, Scalars, AppOf, Hosts, Rules);

    /// <summary>Reads the four files out of a zip.</summary>
    public static TianchiInstance Read(string zip)
    {
        using var archive = ZipFile.OpenRead(zip);
        IEnumerable<string[]> Lines(string what)
        {
            var entry = archive.Entries.FirstOrDefault(e => e.Name.Contains(what, StringComparison.Ordinal))
                ?? throw new LabException($"{zip} holds no file named …{what}…. Use the archive as it was published.");
            using var reader = new StreamReader(entry.Open());
            while (reader.ReadLine() is { } line)
                if (line.Length > 0) yield return line.Split(',');
        }

        return Parse(Lines("machine_resources"), Lines("app_resources"), Lines("instance_deploy"), Lines("app_interference"));
    }

    /// <summary>From the fields of the four files.</summary>
    public static TianchiInstance Parse(IEnumerable<string[]> machines, IEnumerable<string[]> apps, IEnumerable<string[]> instances, IEnumerable<string[]> rules)
    {
        var machineRows = machines.ToList();
        var appRows = apps.ToList();
        var instanceRows = instances.ToList();
        var machineIndex = Index(machineRows);
        var appIndex = Index(appRows);
        return new TianchiInstance(
            [.. machineRows.Select(m => m[0])],
            [.. machineRows.Select(m => new PackingHost([Number(m[1]), Number(m[2])], [.. m[3..7].Select(Number)]))],
            [.. appRows.Select(a => a[0])],
            [.. appRows.Select(a => Curve(a, 1).Concat(Curve(a, 2)).ToArray())],
            [.. appRows.Select(a => a[3..7].Select(Number).ToArray())],
            [.. instanceRows.Select(i => i[0])],
            [.. instanceRows.Select(i => Find(appIndex, i[1], "app"))],
            [.. instanceRows.Select(i => i.Length < 3 || i[2].Length == 0 ? -1 : Find(machineIndex, i[2], "machine"))],
            [.. rules.Select(r => (Find(appIndex, r[0], "app"), Find(appIndex, r[1], "app"), (int)Number(r[2])))]);
    }

    private static Dictionary<string, int> Index(List<string[]> rows) => rows.Select((r, i) => (r[0], i)).ToDictionary(p => p.Item1, p => p.i, StringComparer.Ordinal);

    private static int Find(Dictionary<string, int> index, string name, string what) =>
        index.TryGetValue(name, out var i) ? i : throw new LabException($"The {what} {name} is used but not defined. The files are not of one set.");

    private static double[] Curve(string[] app, int field)
    {
        var curve = app[field].Split('|').Select(Number).ToArray();
        return curve.Length == Points ? curve : throw new LabException($"App {app[0]} has {curve.Length} samples, not {Points}. The file is damaged.");
    }

    private static double Number(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : throw new LabException($"'{text}' is not a number.");
}
