using Gantry.Bench;

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
    case ["route", var listen, var port]:
        await RouteServer.RunAsync(listen, int.Parse(port, null));
        return 0;
    default:
        Console.Error.WriteLine("Run bench/run.sh.");
        return 2;
}
