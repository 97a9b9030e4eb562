using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gantry.Contracts.Joining;
using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Agent.Joining;

/// <summary>
/// Makes this machine a host of a cluster, once. Killed at any moment, it can be asked again with the same token: the key is kept
/// before it is used, and Control knows by the key whom it let in.
/// </summary>
public sealed class HostMembership(MembershipOptions options, TimeProvider time)
{
    private const string HowToJoin = "Where the cluster is run from, gantry hosts token prints the command to run here.";

    private readonly IdentityFolder _folder = new(options.DataDirectory);

    /// <summary>Who this machine is, or null when it has not joined.</summary>
    /// <exception cref="InvalidDataException">What is kept here is damaged.</exception>
    public HostIdentity? Find() => _folder.Find();

    /// <summary>Who this machine is; joins when it is nobody yet.</summary>
    /// <param name="control">Where Control listens for hosts; of a host that has joined, where it is from now on.</param>
    /// <param name="joinToken">Needed to join, and not looked at afterwards.</param>
    /// <exception cref="InvalidDataException">What is kept here is damaged.</exception>
    /// <exception cref="IOException">Control does not answer.</exception>
    public async Task<Outcome<HostIdentity>> EnsureAsync(Uri? control, string? joinToken, CancellationToken token)
    {
        if (_folder.Find() is { } known)
            return Moved(known, control) is var identity && Expired(identity) is { } refusal ? refusal : identity;
        if (control is null || joinToken is null)
            return Refusal.Invalid("join", $"This machine has not joined a cluster. {HowToJoin}");
        if (control is not { IsAbsoluteUri: true, Scheme: "https" })
            return Refusal.Invalid("join", $"'{control}' is no address that begins with https://. {HowToJoin}");
        var parsed = JoinTokenText.Parse(joinToken);
        return parsed.Refusal ?? await JoinAsync(control, parsed.Value, token);
    }

    private async Task<Outcome<HostIdentity>> JoinAsync(Uri control, JoinTokenText joinToken, CancellationToken token)
    {
        var client = new ControlClient(control, time);
        var authority = await client.FindAuthorityAsync(token);
        if (authority.Refusal is { } none)
            return none;
        if (RefuseAuthority(control, authority.Value, joinToken) is { } foreign)
            return foreign;
        using var trust = new ClusterTrust(authority.Value);
        var key = _folder.KeyToJoinWith();
        var request = new JoinRequest(
            joinToken.Reveal(), options.Name, HostKey.SigningRequest(key), options.Address, HostCapacity.Measure(), options.Class, options.Zone, time.GetUtcNow());
        var joined = await client.JoinAsync(trust, request, token);
        return joined.Refusal ?? Keep(control, trust, key, joined.Value);
    }

    /// <summary>The secret of the token is for the cluster that made it. Compared in constant time.</summary>
    private static Refusal? RefuseAuthority(Uri control, string pem, JoinTokenText joinToken)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ClusterTrust.DigestOf(certificate)), Encoding.ASCII.GetBytes(joinToken.Authority))
                ? null
                : Refusal.Invalid("token", $"{control} belongs to another cluster than the one that this token is of, or somebody is between. Nothing was sent to it. {HowToJoin}");
        }
        catch (CryptographicException)
        {
            return Refusal.Invalid("join", $"{control} shows no certificate of a cluster's authority. Check the address: it is that of Gantry:Hosts:Listen. {HowToJoin}");
        }
    }

    private Outcome<HostIdentity> Keep(Uri control, ClusterTrust trust, string key, JoinReply reply)
    {
        var identity = new HostIdentity(reply.HostId, control.AbsoluteUri, key, reply.Certificate, trust.AuthorityPem, reply.Subnet, reply.ContainerNetwork);
        using var certificate = identity.Load();
        if (trust.Demand(ClusterTrust.Of(identity.Id), certificate, ClusterTrust.ServerUse, time.GetUtcNow()) is { } refusal)
            return refusal;
        _folder.Save(identity);
        return identity;
    }

    private HostIdentity Moved(HostIdentity known, Uri? control)
    {
        if (control is not { IsAbsoluteUri: true, Scheme: "https" } || control.AbsoluteUri == known.Control)
            return known;
        var moved = known with { Control = control.AbsoluteUri };
        _folder.Save(moved);
        return moved;
    }

    private Refusal? Expired(HostIdentity identity)
    {
        using var trust = new ClusterTrust(identity.Authority);
        using var certificate = identity.Load();
        return trust.Demand(ClusterTrust.Of(identity.Id), certificate, ClusterTrust.ServerUse, time.GetUtcNow()) is not { } why ? null : Refusal.Invalid(
            "certificate", $"{why.Message} If the clock is right, this host was away for too long: where the cluster is run from, gantry hosts remove {identity.Host} --force and gantry hosts token; here, delete {Path.GetDirectoryName(_folder.Location)} and run the command that it prints.");
    }
}
