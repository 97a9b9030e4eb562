using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Images;
using Gantry.Contracts.V1;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Containers;

/// <summary>The formation of an app: what is wanted now, and what a scale request makes of it.</summary>
internal sealed class Formations(IAppStore apps, IOptions<ApiOptions> options)
{
    /// <summary>An app that was never deployed starts with one web container, unless it was scaled before.</summary>
    public async Task<IReadOnlyList<ProcessFormation>> GetAsync(App app, CancellationToken token)
    {
        var stored = await apps.GetFormationAsync(app.Id, token);
        return app.CurrentImageId is null && stored.All(f => f.Type != ProcessTypes.Web)
            ? [new ProcessFormation(ProcessTypes.Web, 1, ContainerSize.Default.Name, ""), .. stored]
            : stored;
    }

    /// <summary>The whole new formation, or every rule that the request breaks.</summary>
    public Outcome<IReadOnlyList<ProcessFormation>> Apply(
        App app, IReadOnlyList<ProcessFormation> now, IReadOnlyList<FormationResource?> wanted)
    {
        if (wanted.Count == 0)
            return Refusal.Invalid("containers", "can't be empty: name at least one process type");
        var result = now.ToDictionary(f => f.Type, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in wanted)
        {
            var type = item?.Name ?? "";
            if (!seen.Add(type))
                return Refusal.Invalid("containers", $"names the process type \"{type}\" twice");
            if (Check(app, result, type, item!) is { } refusal)
                return refusal;
            var before = result.GetValueOrDefault(type) ?? new ProcessFormation(type, 0, ContainerSize.Default.Name, "");
            var size = string.IsNullOrEmpty(item!.Size) ? before.Size : ContainerSize.Find(item.Size)!.Name;
            result[type] = before with { Amount = item.Amount ?? before.Amount, Size = size };
        }

        return result.Values.ToList();
    }

    private Refusal? Check(App app, Dictionary<string, ProcessFormation> known, string type, FormationResource item)
    {
        if (!known.ContainsKey(type) && (app.CurrentImageId is not null || !IsTypeName(type)))
            return Refusal.Invalid("containers", $"has the unknown process type \"{type}\"; this app has: {string.Join(", ", known.Keys)}");
        if (item.Amount < 0)
            return Refusal.Invalid("containers", $"asks for {item.Amount} of {type}: the amount can't be negative");
        if (item.Amount > options.Value.MaxContainersPerType)
            return Refusal.Invalid("containers", $"asks for {item.Amount} of {type}: the limit is {options.Value.MaxContainersPerType} per process type");
        return Sizes.Check(item.Size);
    }

    private static bool IsTypeName(string type) =>
        type.Length is > 0 and <= Procfile.MaxTypeLength && type.All(char.IsAsciiLetterOrDigit);
}

/// <summary>Names of container sizes in requests.</summary>
internal static class Sizes
{
    /// <summary>Empty means the present or default one.</summary>
    public static Refusal? Check(string? size) => string.IsNullOrEmpty(size) || ContainerSize.Find(size) is not null
        ? null
        : Refusal.Invalid("size", $"\"{size}\" is unknown; there are: {string.Join(", ", ContainerSize.All.Select(s => s.Name))}");
}
