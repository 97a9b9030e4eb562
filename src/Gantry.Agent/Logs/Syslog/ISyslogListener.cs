using System.Net;
using Gantry.Domain;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>
/// Takes lines of senders that speak syslog over TCP: containers of the Docker runtime, databases. Each sender is
/// known by the tag it puts in the APP-NAME of RFC 5424 or the TAG of RFC 3164; lines without a known one are
/// discarded and counted. A tag is a secret: whoever has it can write to that source.
/// </summary>
/// <remarks>
/// Docker: <c>syslog-address=tcp+tls://{SecureEndpoint}</c>, <c>syslog-format=rfc5424micro</c>,
/// <c>syslog-tls-ca-cert={AuthorityPath}</c>, <c>tag={Register(…)}</c>.
/// </remarks>
public interface ISyslogListener
{
    /// <summary>Where senders connect with TLS; the same after a restart. Known once the host's services have started.</summary>
    IPEndPoint SecureEndpoint { get; }

    /// <summary>Where senders connect without TLS; null when that is switched off.</summary>
    IPEndPoint? PlainEndpoint { get; }

    /// <summary>The PEM file with the certificate authority that senders trust. It stays the same for years.</summary>
    string AuthorityPath { get; }

    /// <summary>
    /// Makes a source known, for this process and those after it, and returns its tag: 32 letters and digits, the same
    /// whenever it is asked for. Call it before the sender starts; repeating it changes the limits.
    /// </summary>
    /// <exception cref="ArgumentException">A name is none that a path can hold.</exception>
    string Register(SyslogSource source);

    /// <summary>Lines of a source that were discarded since this process listens; 0 for unknown tags.</summary>
    long LostLines(string tag);

    /// <summary>The sender is gone for good: marks the end of its stream and forgets the tag. Unknown tags are fine.</summary>
    void Complete(string tag);
}

/// <summary>Whose lines a tag stands for.</summary>
/// <param name="Name">Source in the app's log, such as <c>web-1</c>.</param>
/// <param name="LinesPerMinute">Lines above it are counted and not kept; null for no limit. Likewise the bytes.</param>
public sealed record SyslogSource(AppId App, string Name, ContainerId Container, long? LinesPerMinute = null, long? BytesPerMinute = null);
