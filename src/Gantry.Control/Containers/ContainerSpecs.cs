using System.Globalization;
using Gantry.Agent.Runtime;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Images;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Containers;

/// <summary>Turns a wanted container into what the runtime is asked to run.</summary>
internal sealed class ContainerSpecs(IOptions<ControlOptions> options)
{
    public ContainerSpec For(App app, Container container, Image image, string stackName, IReadOnlyList<Variable> variables)
    {
        var size = SizeOf(container);
        var hostname = $"{app.Name}-{container.Label}";
        return new ContainerSpec
        {
            Id = container.Id,
            Stack = image.StackDigest,
            Layer = image.LayerDigest,
            Command = AppStart.Command(container.Command, container.Attached),
            Environment = Environment(app, container, image, size, stackName, hostname, variables),
            Hostname = hostname.Length <= 63 ? hostname : hostname[^63..].TrimStart('-'),
            Limits = new ContainerLimits(
                size.MemoryBytes, size.SwapBytes, size.CpuShares, size.PidsLimit, options.Value.ScratchBytes,
                MaxRuntime: container.Type == ProcessTypes.Postdeploy ? options.Value.HookTimeout : null,
                LogLinesPerMinute: Limit(size.LogLinesPerMinute), LogBytesPerMinute: Limit(size.LogBytesPerMinute),
                BitsPerSecond: BitsPerSecond(app, container),
                DiskBytesPerSecond: Limit(size.DiskBytesPerSecond), DiskOperationsPerSecond: Limit(size.DiskOperationsPerSecond)),
            Log = new LogSource(app.Id, container.Label),
            Terminal = container.Attached,
        };
    }

    /// <summary>An operator's word for the app counts more than the size.</summary>
    public long? BitsPerSecond(App app, Container container) => app.BitsPerSecond ?? Limit(SizeOf(container).BitsPerSecond);

    private ContainerSize SizeOf(Container container)
    {
        var size = ContainerSize.Find(container.Size) ?? ContainerSize.Default;
        return options.Value.Sizes.TryGetValue(size.Name, out var changes) ? changes.Apply(size) : size;
    }

    private static long? Limit(long value) => value > 0 ? value : null;

    private Dictionary<string, string> Environment(
        App app, Container container, Image image, ContainerSize size, string stackName, string hostname, IReadOnlyList<Variable> variables)
    {
        var environment = AppStart.Environment(image);
        foreach (var (name, value) in VariableRules.Resolve(variables))
            environment[name] = value;
        foreach (var (name, value) in container.ExtraEnvironment)
            environment[name] = value;
        AddPlatform(environment, app, container, image, size, stackName, hostname);
        return environment;
    }

    private void AddPlatform(
        Dictionary<string, string> environment, App app, Container container, Image image, ContainerSize size, string stackName, string hostname)
    {
        environment["APP"] = app.Name.Value;
        environment["SCALINGO_APPLICATION_ID"] = app.Id.Value;
        environment["CONTAINER"] = container.Label;
        environment["CONTAINER_VERSION"] = image.SourceVersion;
        environment["CONTAINER_SIZE"] = size.Name;
        environment["CONTAINER_MEMORY"] = size.MemoryBytes.ToString(CultureInfo.InvariantCulture);
        environment["HOSTNAME"] = hostname;
        environment["STACK"] = stackName;
        environment["REGION_NAME"] = options.Value.RegionName;
        if (ProcessTypes.Listens(container.Type))
            environment["PORT"] = options.Value.ContainerPort.ToString(CultureInfo.InvariantCulture);
        if (container.Type == ProcessTypes.OneOff && container.UserId is { } user)
            environment["SCALINGO_USER_ID"] = user.Value;
    }
}
