using System.Globalization;

namespace Gantry.Lab.Data;

/// <summary>CPU use of PlanetLab's virtual machines: a line each, a name and 288 percentages, five minutes apart.</summary>
internal static class PlanetLabReader
{
    public const int Samples = 288;

    public static IReadOnlyList<string> Days { get; } = ["20110303", "20110306", "20110309", "20110322", "20110325"];

    public static IReadOnlyList<float[]> Read(DataFolder folder, string day) => [.. ReadNamed(folder, day).Select(v => v.Curve)];

    public static IReadOnlyList<(string Name, float[] Curve)> ReadNamed(DataFolder folder, string day) => ParseNamed(File.ReadLines(folder.File($"planetlab/{day}.csv")));

    public static IReadOnlyList<float[]> Parse(IEnumerable<string> lines) => [.. ParseNamed(lines).Select(v => v.Curve)];

    public static IReadOnlyList<(string Name, float[] Curve)> ParseNamed(IEnumerable<string> lines) =>
    [
        .. lines.Where(l => l.Length > 0).Select(line =>
        {
            var fields = line.Split(',');
            if (fields.Length != Samples + 1) throw new LabException($"{fields[0]} has {fields.Length - 1} samples, not {Samples}. The file is damaged.");
            return (fields[0], fields.Skip(1).Select(f => float.TryParse(f, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value
                : throw new LabException($"{fields[0]} has '{f}' where a percentage should be.")).ToArray());
        }),
    ];
}
