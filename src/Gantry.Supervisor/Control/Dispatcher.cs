using Gantry.Linux.Supervision;
using Gantry.Supervisor.Containers;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Control;

/// <summary>Maps requests to what they do.</summary>
internal sealed class Dispatcher(ContainerTable table, HostPaths paths, HostReport host, SetupTimes network, EventLoop loop, Func<Task> shutdown)
{
    public async Task<Reply> HandleAsync(Request request)
    {
        switch (request.Operation)
        {
            case Operations.Hello:
                return new Reply { Number = 0, Host = host with { NetworkMicroseconds = network.MedianMicroseconds } };
            case Operations.Start:
                return new Reply { Number = 0, Container = await table.StartAsync(request.Start!) };
            case Operations.Attach:
                return new Reply { Number = 0, Container = await table.AttachAsync(request.Id!, request.ConsoleSocket!) };
            case Operations.Signal:
                table.Signal(request.Id!, request.Signal);
                return new Reply { Number = 0 };
            case Operations.Remove:
                await table.RemoveAsync(request.Id!);
                return new Reply { Number = 0 };
            case Operations.List:
                return new Reply { Number = 0, Containers = table.List() };
            case Operations.HostPath:
                return new Reply { Number = 0, Path = await paths.FindAsync(request.Id!, request.ContainerPath!) };
            case Operations.Bandwidth:
                table.LimitBandwidth(request.Id!, request.BitsPerSecond);
                return new Reply { Number = 0 };
            case Operations.Exit:
                loop.After(TimeSpan.FromMilliseconds(10), loop.Stop);
                return new Reply { Number = 0 };
            case Operations.Shutdown:
                await shutdown();
                loop.After(TimeSpan.FromMilliseconds(10), loop.Stop);
                return new Reply { Number = 0 };
            default:
                throw new InvalidOperationException($"This supervisor does not know the operation '{request.Operation}'.");
        }
    }
}
