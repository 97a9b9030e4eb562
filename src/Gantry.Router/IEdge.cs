using System.Net;

namespace Gantry.Router;

/// <summary>The running edge.</summary>
public interface IEdge
{
    /// <summary>Where it listens.</summary>
    /// <exception cref="InvalidOperationException">It has not started yet.</exception>
    IPEndPoint EndPoint { get; }
}
