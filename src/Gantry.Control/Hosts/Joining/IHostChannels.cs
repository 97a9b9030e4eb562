using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts.Joining;

/// <summary>The way to the agents of joined hosts: TLS on which each side proves with a certificate of the cluster's authority who it is.</summary>
internal interface IHostChannels
{
    /// <summary>
    /// A handler whose connections all go to that host, whatever the address of a request says in its name: the server must hold the
    /// certificate of exactly this <see cref="Host.Id"/>. It shows Control's own certificate, a fresh one for each new connection.
    /// The caller disposes it, and does so when the host is removed: a connection that stands is not asked again.
    /// </summary>
    /// <exception cref="InvalidOperationException">The host has no address, or was removed.</exception>
    HttpMessageHandler Open(Host host);
}
