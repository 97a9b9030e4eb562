using System.Security.Cryptography;
using System.Text;

namespace Gantry.Router.Routing;

/// <summary>One app in one table: immutable.</summary>
internal sealed class AppModel
{
    private readonly string[] _stickyKeys;

    public AppModel(AppRoute route, AppState state, TargetState[] targets)
    {
        (Route, State, Targets) = (route, state, targets);
        _stickyKeys = route.StickySession ? [.. targets.Select(t => StickyKey(route, t))] : [];
    }

    public AppRoute Route { get; }

    public AppState State { get; }

    public TargetState[] Targets { get; }

    /// <summary>The next container in turn that is not in quarantine; null when there is none.</summary>
    public TargetState? PickNext(long now)
    {
        var turn = State.NextTurn();
        for (var i = 0u; i < Targets.Length; i++)
        {
            var target = Targets[(turn + i) % Targets.Length];
            if (target.Quarantine.TryPass(now))
                return target;
        }
        return null;
    }

    /// <summary>The container that a cookie names; null when it is of an older version, gone or in quarantine.</summary>
    public TargetState? PickSticky(string? cookie)
    {
        var index = cookie is null ? -1 : Array.IndexOf(_stickyKeys, cookie);
        return index < 0 || Targets[index].Quarantine.IsActive ? null : Targets[index];
    }

    public string StickyKey(TargetState target) => _stickyKeys[Array.IndexOf(Targets, target)];

    /// <summary>True when another container than this one can take requests.</summary>
    public bool HasOther(TargetState target)
    {
        foreach (var other in Targets)
        {
            if (other != target && !other.Quarantine.IsActive)
                return true;
        }
        return false;
    }

    private static string StickyKey(AppRoute route, TargetState target)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{route.AppId}\n{route.Version}\n{target.Target.ContainerId}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }
}
