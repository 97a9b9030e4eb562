using System.Threading.Channels;
using Gantry.Agent.Images;
using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Remote;

/// <summary>The containers of this host, for Control elsewhere.</summary>
internal sealed partial class ContainersService(
    IContainerRuntime runtime, ILayerCache layers, IHostClock clock, IHostLevels levels, IHostNeighbours neighbours, ILogger<ContainersService> logger)
    : Wire.HostContainers.HostContainersBase
{
    private static readonly Wire.Nothing _nothing = new();

    public override async Task Watch(Wire.WatchRequest request, IServerStreamWriter<Wire.Report> responseStream, ServerCallContext context)
    {
        // In place before the list is read, so that no change falls between the two.
        var changes = runtime.WatchAsync(context.CancellationToken);
        var first = new Wire.Report { All = true, Clock = clock.ToWire() };
        first.Containers.AddRange((await runtime.ListAsync(context.CancellationToken)).Select(s => s.ToWire()));
        await responseStream.WriteAsync(first, context.CancellationToken);
        var reports = Channel.CreateBounded<ContainerStatus>(new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(changes, reports.Writer, context.CancellationToken);
        await ReportAsync(reports.Reader, new TimeSpan(request.Beat), responseStream, context.CancellationToken);
        await reading;
    }

    public override async Task<Wire.Containers> Keep(Wire.ContainerNames request, ServerCallContext context)
    {
        var kept = request.Ids.ToHashSet(StringComparer.Ordinal);
        foreach (var status in await runtime.ListAsync(context.CancellationToken))
        {
            if (kept.Contains(status.Id.Value))
                continue;
            Log.Removed(logger, status.Id.Value);
            await runtime.RemoveAsync(status.Id, context.CancellationToken);
        }

        return await List(_nothing, context);
    }

    public override async Task<Wire.Containers> List(Wire.Nothing request, ServerCallContext context)
    {
        var reply = new Wire.Containers { Clock = clock.ToWire() };
        reply.Containers_.AddRange((await runtime.ListAsync(context.CancellationToken)).Select(s => s.ToWire()));
        return reply;
    }

    /// <remarks>Layers are not unpacked in this call: that may take longer than it may last.</remarks>
    public override async Task<Wire.Container> Start(Wire.Spec request, ServerCallContext context)
    {
        var spec = request.ToSpec();
        if (!await layers.HasRootAsync(spec.Stack, context.CancellationToken) || (spec.Layer is { } layer && !layers.Has(layer)))
            throw new RuntimeException($"The layers of the container {spec.Id} are not on this host yet.", false);
        return (await runtime.StartAsync(spec, context.CancellationToken)).ToWire();
    }

    public override async Task<Wire.Nothing> Signal(Wire.SignalRequest request, ServerCallContext context)
    {
        await runtime.SignalAsync(new ContainerId(request.Id), request.Signal, context.CancellationToken);
        return _nothing;
    }

    public override async Task<Wire.Nothing> Remove(Wire.ContainerName request, ServerCallContext context)
    {
        await runtime.RemoveAsync(new ContainerId(request.Id), context.CancellationToken);
        return _nothing;
    }

    public override async Task<Wire.Nothing> LimitBandwidth(Wire.BandwidthRequest request, ServerCallContext context)
    {
        await runtime.LimitBandwidthAsync(new ContainerId(request.Id), request.HasBitsPerSecond ? request.BitsPerSecond : null, context.CancellationToken);
        return _nothing;
    }

    public override async Task<Wire.Samples> Sample(Wire.Nothing request, ServerCallContext context)
    {
        var reply = new Wire.Samples();
        reply.Samples_.AddRange((await runtime.SampleAsync(context.CancellationToken)).Select(u => u.ToWire()));
        return reply;
    }

    public override async Task<Wire.Levels> Measure(Wire.Nothing request, ServerCallContext context)
    {
        var now = await levels.ReadAsync(context.CancellationToken);
        return new Wire.Levels
        {
            Load = now.Load, MemoryTotal = now.MemoryTotal, MemoryAvailable = now.MemoryAvailable, DiskTotal = now.DiskTotal, DiskFree = now.DiskFree,
        };
    }

    public override Task Attach(
        IAsyncStreamReader<Wire.TerminalInput> requestStream, IServerStreamWriter<Wire.TerminalOutput> responseStream, ServerCallContext context) =>
        TerminalBridge.ServeAsync(runtime, requestStream, responseStream, context.CancellationToken);

    public override async Task<Wire.FileReply> PutFile(IAsyncStreamReader<Wire.FilePart> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken))
            throw new RpcException(new Status(StatusCode.InvalidArgument, "A file begins with its name."));
        var first = requestStream.Current;
        using var check = new FileCheck();
        await using var content = new PartStream<Wire.FilePart>(requestStream, check.Take, check.DemandAll);
        var stored = await runtime.PutFileAsync(new ContainerId(first.Container), first.Name, content, first.MaxBytes, context.CancellationToken);
        return stored.Refusal is { } refusal ? new Wire.FileReply { Refusal = refusal.Message } : new Wire.FileReply { Bytes = stored.Value };
    }

    public override async Task<Wire.Nothing> Meet(Wire.Neighbours request, ServerCallContext context)
    {
        await neighbours.MeetAsync([.. request.Hosts.Select(h => new HostNeighbour(h.Subnet, h.Address))], [.. request.Routers], request.Overlay?.ToOverlay(), context.CancellationToken);
        return _nothing;
    }

    private static async Task ReadAsync(IAsyncEnumerable<ContainerStatus> changes, ChannelWriter<ContainerStatus> writer, CancellationToken token)
    {
        var failure = default(Exception);
        try
        {
            await foreach (var status in changes)
                await writer.WriteAsync(status, token);
        }
        catch (Exception e) when (e is OperationCanceledException or RuntimeException)
        {
            failure = e;
        }
        finally
        {
            writer.TryComplete(failure);
        }
    }

    /// <summary>What changed goes out at once, many changes together; when nothing does, one report each beat says that the host is there.</summary>
    private async Task ReportAsync(ChannelReader<ContainerStatus> changes, TimeSpan beat, IServerStreamWriter<Wire.Report> stream, CancellationToken token)
    {
        while (true)
        {
            var report = new Wire.Report { Clock = clock.ToWire() };
            if (!await WaitAsync(changes, beat, token))
                return;
            while (report.Containers.Count < 256 && changes.TryRead(out var status))
                report.Containers.Add(status.ToWire());
            await stream.WriteAsync(report, token);
        }
    }

    /// <returns>False when there will be no changes any more.</returns>
    private static async Task<bool> WaitAsync(ChannelReader<ContainerStatus> changes, TimeSpan beat, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (beat > TimeSpan.Zero)
            limit.CancelAfter(beat);
        try
        {
            return await changes.WaitToReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Removed the container {Container}: it is not wanted on this host any more")]
        public static partial void Removed(ILogger logger, string container);
    }
}
