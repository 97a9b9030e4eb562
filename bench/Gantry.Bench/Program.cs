using Gantry.Bench;
using Gantry.Bench.Cluster;

// Called by bench/run.sh, which makes the engines and files that this needs.
switch (args)
{
    case ["starts", var program, var stack, var data, var count]:
        await StartBench.RunAsync(new HostPaths(program, stack, data), int.Parse(count, null));
        return 0;
    case ["logs", var program, var stack, var data, var writer, var lines]:
        await LogBench.RunAsync(new HostPaths(program, stack, data), writer, long.Parse(lines, null));
        return 0;
    case ["ingest", var program, var stack, var data, var writer, var lines, var group, var rsyslog]:
        await IngestBench.RunAsync(new HostPaths(program, stack, data), writer, long.Parse(lines, null), group, rsyslog);
        return 0;
    case ["send", var port, var lines, .. var tags]:
        await Sender.RunAsync(int.Parse(port, null), long.Parse(lines, null), tags);
        return 0;
    case ["sampler", var program, var stack, var data, var count, var docker, .. var engine]:
        await SamplerBench.RunAsync(new HostPaths(program, stack, data), int.Parse(count, null), int.Parse(docker, null), [.. engine.Select(p => int.Parse(p, null))]);
        return 0;
    case ["crowd", var program, var stack, var data, var crowd, var starts]:
        await CrowdBench.RunAsync(new HostPaths(program, stack, data), int.Parse(crowd, null), int.Parse(starts, null));
        return 0;
    case ["shaping", var program, var stack, var data, var seconds]:
        await ShapingBench.RunAsync(new HostPaths(program, stack, data), int.Parse(seconds, null));
        return 0;
    case ["isolation", var program, var stack, var data, var programs, var seconds]:
        await IsolationBench.RunAsync(new HostPaths(program, stack, data), programs, int.Parse(seconds, null));
        return 0;
    case ["hosts", var api, var apiToken, var join, var data, var first, var count, var running]:
        await SimulatedHosts.RunAsync(api, apiToken, join, data, first, int.Parse(count, null), running);
        return 0;
    case ["fill", var connection, var key, var owner, var from, var apps, var amount]:
        await ClusterFill.RunAsync(connection, key, owner, int.Parse(from, null), int.Parse(apps, null), int.Parse(amount, null));
        return 0;
    case ["routes", var api, var apiToken, var edge, var connection, var key, var from, var apps]:
        await RouteProbe.RunAsync(api, apiToken, edge, connection, key, int.Parse(from, null), int.Parse(apps, null));
        return 0;
    case ["propagation", var api, var apiToken, var connection, var key, var app, var times, .. var edges]:
        await PropagationBench.RunAsync(api, apiToken, connection, key, app, int.Parse(times, null), edges);
        return 0;
    case ["route", var listen, var port]:
        await RouteServer.RunAsync(listen, int.Parse(port, null));
        return 0;
    default:
        Console.Error.WriteLine("Run bench/run.sh.");
        return 2;
}
