using Gantry.Domain;

namespace Gantry.Router;

/// <summary>Told of each finished request to an app, whether or not it reached a container. Must be quick.</summary>
public interface IRequestMeter
{
    /// <param name="status">As the client saw it.</param>
    /// <param name="duration">From the first byte of the request to the last one of the answer.</param>
    void Count(AppId app, int status, TimeSpan duration);
}
