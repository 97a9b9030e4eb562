using System.Security.Cryptography;
using Gantry.Domain;

namespace Gantry.Control.Work;

/// <summary>Makes ids: a prefix and 24 random hexadecimal digits.</summary>
public static class NewId
{
    public static ContainerId Container() => new(With("ct-"));

    public static DeploymentId Deployment() => new(With(""));

    public static ImageId Image() => new(With("im-"));

    public static EventId Event() => new(With(""));

    private static string With(string prefix) => prefix + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
