using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Store.Records;

namespace Gantry.Api.Variables;

/// <summary>Checks and stores variables, and notes in the timeline which names changed (never a value).</summary>
internal sealed class VariableChanges(IAppStore apps, Timeline timeline)
{
    /// <summary>All or none: the first rule that one breaks refuses them all.</summary>
    public async Task<Outcome<VariablesSet>> SetAsync(
        App app, User by, IReadOnlyList<VariableResource?> wanted, CancellationToken token)
    {
        foreach (var variable in wanted)
        {
            if (VariableRules.Check(variable?.Name, variable?.Value) is { } refusal)
                return wanted.Count == 1 ? refusal : refusal with { Message = $"{refusal.Message} (variable \"{variable?.Name}\")" };
        }

        if (wanted.Select(v => v!.Name).Distinct(StringComparer.Ordinal).Count() < wanted.Count)
            return Refusal.Invalid("name", "appears twice in one request");
        var before = (await apps.ListVariableNamesAsync(app.Id, token)).ToHashSet(StringComparer.Ordinal);
        var variables = wanted.Select(v => new Variable(NewId.Variable(), v!.Name!, v.Value!)).ToList();
        if (variables.Count == 0)
            return new VariablesSet([], false);
        var byName = (await apps.SetVariablesAsync(app.Id, variables, token)).ToDictionary(v => v.Name, StringComparer.Ordinal);
        var stored = variables.Select(v => byName[v.Name]).ToList();
        await RecordAsync(app, by, stored, before, wanted.Count == 1, token);
        return new VariablesSet(stored, !before.Contains(variables[0].Name));
    }

    /// <summary>The timeline's account of a change: names, with empty values.</summary>
    public static JsonObject Describe(IEnumerable<Variable> added, IEnumerable<Variable> updated, IEnumerable<Variable> deleted) => new()
    {
        ["new_vars"] = Names(added),
        ["updated_vars"] = Names(updated),
        ["deleted_vars"] = Names(deleted),
    };

    private Task RecordAsync(
        App app, User by, IReadOnlyList<Variable> stored, HashSet<string> before, bool single, CancellationToken token)
    {
        if (!single)
            return timeline.AddAsync(
                "edit_variables", by, app,
                Describe(stored.Where(v => !before.Contains(v.Name)), stored.Where(v => before.Contains(v.Name)), []), token);
        var name = stored[0].Name;
        return before.Contains(name)
            ? timeline.AddAsync("edit_variable", by, app, new JsonObject { ["name"] = name, ["value"] = "", ["old_value"] = "" }, token)
            : timeline.AddAsync("new_variable", by, app, new JsonObject { ["name"] = name, ["value"] = "" }, token);
    }

    private static JsonArray Names(IEnumerable<Variable> variables) =>
        [.. variables.Select(v => (JsonNode)new JsonObject { ["name"] = v.Name, ["value"] = "" })];
}

/// <summary>What was stored, in the order asked for.</summary>
internal sealed record VariablesSet(IReadOnlyList<Variable> Stored, bool IsNew);
