using System.Globalization;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>How a run is asked for.</summary>
/// <param name="Only">Kinds of faults; none: all.</param>
public sealed record Settings(int Seed, TimeSpan Length, IReadOnlyCollection<FaultKind> Only, string Folder)
{
    /// <summary>
    /// <c>GANTRY_FAULTS_MINUTES</c> (3 by default), <c>GANTRY_FAULTS_SEED</c> (a number, or <c>random</c>; by default one with which, by estimate, 3 minutes see every kind), <c>GANTRY_FAULTS_ONLY</c>
    /// (kinds, separated by commas), <c>GANTRY_FAULTS_FOLDER</c>. Unless asked, the seed is always the same: a gate that fails can be
    /// run again.
    /// </summary>
    public static Settings Read()
    {
        var seed = Environment.GetEnvironmentVariable("GANTRY_FAULTS_SEED") switch
        {
            null or "" => 55,
            "random" => Random.Shared.Next(1, int.MaxValue),
            var number => int.Parse(number, CultureInfo.InvariantCulture),
        };
        var minutes = double.Parse(Environment.GetEnvironmentVariable("GANTRY_FAULTS_MINUTES") is { Length: > 0 } text ? text : "3", CultureInfo.InvariantCulture);
        var only = (Environment.GetEnvironmentVariable("GANTRY_FAULTS_ONLY") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<FaultKind>).ToList();
        return new Settings(seed, TimeSpan.FromMinutes(minutes), only, Environment.GetEnvironmentVariable("GANTRY_FAULTS_FOLDER") ?? $"/tmp/gantry-faults-{seed}");
    }
}
