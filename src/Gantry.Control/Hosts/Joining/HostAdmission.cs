using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Gantry.Contracts.Joining;
using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Joining;

/// <summary>A request to join that breaks no rule.</summary>
internal sealed record Applicant(JoinTokenText Token, PublicKey Key, Host Host);

/// <summary>What a machine must say of itself, and which host it becomes.</summary>
internal static class HostAdmission
{
    /// <summary>Certificates are issued an hour back; who is further off would not believe his own.</summary>
    private static readonly TimeSpan _allowedSkew = TimeSpan.FromMinutes(30);

    /// <param name="seenAt">Where the request comes from, as an address of an agent.</param>
    public static Outcome<Applicant> Read(JoinRequest request, string seenAt, DateTimeOffset now)
    {
        var text = JoinTokenText.Parse(request.Token);
        if ((text.Refusal ?? CheckClock(request.Now, now) ?? HostRules.CheckHostName(request.Name) ?? CheckAddress(request.Address ?? seenAt) ?? CheckCapacity(request.Capacity)
            ?? HostRules.CheckName("class", request.Class ?? "") ?? HostRules.CheckName("zone", request.Zone ?? "")) is { } refusal)
            return refusal;
        var key = SigningRequests.Read(request.Csr);
        return key.Refusal is { } unusable ? unusable : new Applicant(text.Value, key.Value, new Host
        {
            Id = new HostId(request.Name!), Name = request.Name!, Class = request.Class ?? "", Zone = request.Zone ?? "", Capacity = request.Capacity!,
            Address = request.Address ?? seenAt, RegisteredAt = now,
        });
    }

    /// <summary>The host with an id that was never given and a subnet that nobody has.</summary>
    /// <param name="all">All hosts that there are and were.</param>
    public static Outcome<Host> Admit(Host applicant, IReadOnlyList<Host> all, string network)
    {
        if (all.FirstOrDefault(h => h.RemovedAt is null && (h.Name == applicant.Name || h.Id == applicant.Id)) is { } namesake)
            return Refusal.Conflict(
                $"There is a host {namesake.Id} already. If this machine takes its place, remove it first: gantry hosts remove {namesake.Id}. If it is another one, join with a name of its own: --name NAME");
        var subnet = Subnets.Free(network, all);
        return subnet.Refusal is { } none ? none : applicant with { Id = NewId(applicant.Name, all), Subnet = subnet.Value };
    }

    /// <summary>The name, or the name with a number when a removed host had it: its certificate must not be that of the new one.</summary>
    private static HostId NewId(string name, IReadOnlyList<Host> all)
    {
        var used = all.Select(h => h.Id.Value).ToHashSet(StringComparer.Ordinal);
        return new HostId(Enumerable.Range(1, all.Count + 1)
            .Select(n => n == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{n}")).First(id => !used.Contains(id)));
    }

    private static Refusal? CheckClock(DateTimeOffset? clock, DateTimeOffset now) =>
        clock is null || (clock.Value - now).Duration() <= _allowedSkew ? null : Refusal.Invalid("now", string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of this machine says {clock.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC and Control's {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}: certificates would not be believed. Set the clocks (timedatectl set-ntp true), then join again."));

    private static Refusal? CheckAddress(string address) => HostAddress.Parse(address) is not null ? null : Refusal.Invalid(
        "address", $"\"{address}\" is no address where Control and other hosts could reach this one: give an IPv4 address with the port of the agent, such as --address 10.0.0.2:{HostAddress.DefaultPort}");

    private static Refusal? CheckCapacity(IReadOnlyDictionary<string, long>? capacity) =>
        capacity is not null && SnapshotBuilder.Resources.All(r => capacity.GetValueOrDefault(r) > 0) && capacity.Count <= 16 && capacity.Keys.All(k => k.Length <= HostRules.MaxLength)
            ? null
            : Refusal.Invalid("capacity", $"must say how much there is of {string.Join(" and ", SnapshotBuilder.Resources)}, in thousandths of a core and bytes: gantryd agent measures it by itself.");
}
