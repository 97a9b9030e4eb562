using System.Text.Json;
using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Store.Sql.Rows;

internal sealed record RepackingRow
{
    public long Number { get; init; }
    public string State { get; init; } = "";
    public long BeganAt { get; init; }
    public long? EndedAt { get; init; }
    public string Plan { get; init; } = "";

    public static RepackingRow From(Repacking r) => new()
    {
        Number = r.Number, State = r.State.ToString(), BeganAt = r.BeganAt.ToSql(), EndedAt = r.EndedAt.ToSql(),
        Plan = SqlValues.ToJson(new PlanJson(
            r.Objective, r.AtOnce, [.. r.Frees.Select(h => h.Value)], [.. r.Freed.Select(h => h.Value)], r.Why,
            [.. r.Moves.Select(m => new MoveJson(m.Container.Value, m.App, m.Label, m.From.Value, m.To.Value, m.Wave, m.State.ToString(), m.Why))])),
    };

    public Repacking ToRepacking()
    {
        var plan = JsonSerializer.Deserialize<PlanJson>(Plan)!;
        return new Repacking
        {
            Number = Number, State = Enum.Parse<RepackingState>(State), BeganAt = BeganAt.ToTime(), EndedAt = EndedAt.ToTime(), Objective = plan.Objective, AtOnce = plan.AtOnce,
            Frees = [.. plan.Frees.Select(h => new HostId(h))], Freed = [.. plan.Freed.Select(h => new HostId(h))], Why = plan.Why,
            Moves =
            [
                .. plan.Moves.Select(m => new RepackingMove(new ContainerId(m.Container), m.App, m.Label, new HostId(m.From), new HostId(m.To), m.Wave, m.Why)
                {
                    State = Enum.Parse<RepackingMoveState>(m.State),
                }),
            ],
        };
    }

    private sealed record PlanJson(string Objective, int AtOnce, IReadOnlyList<string> Frees, IReadOnlyList<string> Freed, string? Why, IReadOnlyList<MoveJson> Moves);

    private sealed record MoveJson(string Container, string App, string Label, string From, string To, int Wave, string State, string Why);
}
