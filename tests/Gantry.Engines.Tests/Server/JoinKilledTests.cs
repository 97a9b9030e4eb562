using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using Gantry.Conformance;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Host = Gantry.Domain.Hosts.Host;

namespace Gantry.Engines.Tests.Server;

/// <summary>The real <c>gantryd agent</c>, killed at each step of its join.</summary>
public sealed class JoinKilledTests : IAsyncLifetime
{
    private const string Joined = "This machine joined as box-1.";

    private readonly TempDirectory _folder = new();
    private readonly int _port = FreePort.Take();
    private readonly TaskCompletionSource _recorded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceProvider _control = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IHostStore Hosts => _control.GetRequiredService<IHostStore>();

    private string Url => $"https://127.0.0.1:{_port}";

    public async ValueTask InitializeAsync()
    {
        var services = new ServiceCollection().AddLogging().AddSqliteStore(o => o.DatabasePath = _folder.Of("gantry.db")).AddHostJoining()
            .Configure<JoiningOptions>(o => o.Listen = $"127.0.0.1:{_port}");
        var store = services.Last(s => s.ServiceType == typeof(IHostStore)).ImplementationType!;
        services.AddSingleton(s => Held.After(
            (IHostStore)ActivatorUtilities.CreateInstance(s, store), nameof(IHostStore.JoinAsync), () =>
            {
                _recorded.TrySetResult();
                return _goOn.Task;
            }));
        _control = services.BuildServiceProvider();
        foreach (var service in _control.GetServices<IHostedService>())
            await service.StartAsync(Token);
        await File.WriteAllTextAsync(
            _folder.Of("agent.json"),
            JsonSerializer.Serialize(new
            {
                Gantry = new
                {
                    DataDirectory = _folder.Of("data"), RunDirectory = _folder.Of("run"), InstanceName = "joinkill", Hosts = new { AgentListen = "127.0.0.1:0", Name = "box-1" },
                },
            }),
            Token);
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.TrySetResult();
        await _control.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Join_KilledBeforeItIsRecorded_IsDoneByTheNextRun()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var token = await TokenAsync();
        using (var agent = Start("--join", $"https://{silent.LocalEndpoint}", "--token", token))
        {
            using var caller = await silent.AcceptTcpClientAsync(Token).AsTask().WaitAsync(Until.Limit, Token);
            await KillAsync(agent);
        }

        _goOn.TrySetResult();
        await RunUntilAsync(Joined, "--join", Url, "--token", token);
        Assert.Equal("box-1", Assert.Single(await Hosts.ListAsync(Token)).Id.Value);
    }

    [Fact]
    public async Task Join_KilledWhenItIsRecordedButNotAnswered_IsTheSameHostInTheNextRun()
    {
        var token = await TokenAsync();
        using (var agent = Start("--join", Url, "--token", token))
        {
            await _recorded.Task.WaitAsync(Until.Limit, Token);
            await KillAsync(agent);
        }

        var first = Assert.Single(await Hosts.ListAsync(Token));
        Assert.False(File.Exists(_folder.Of("data", "host", "identity.json")));
        _goOn.TrySetResult();
        await RunUntilAsync(Joined, "--join", Url, "--token", token);

        Assert.Equivalent(first, Assert.Single(await Hosts.ListAsync(Token)), strict: true);
        await RunUntilAsync("This machine is the host box-1.");
    }

    [Fact]
    public async Task Agent_ThatMayNotJoin_SaysWhyInOneSentenceAndEnds()
    {
        _goOn.TrySetResult();
        var token = await TokenAsync();
        Assert.Contains("gantry hosts token prints the command to run here", await RunAsync());
        Assert.Contains("belongs to another cluster", await RunAsync("--join", Url, "--token", token.Replace(token[5..10], token[5..10] == "00000" ? "11111" : "00000", StringComparison.Ordinal)));
        Assert.Contains("is no address", await RunAsync("--join", "10.0.0.1", "--token", token));
        Assert.Contains("was not issued here", await RunAsync("--join", Url, "--token", token[..^40] + new string('0', 40)));
        Assert.Contains("does not answer as Control does", await RunAsync("--join", "https://127.0.0.1:1", "--token", token));
        Assert.Empty(await Hosts.ListAsync(Token));
    }

    private async Task<string> TokenAsync() => (await _control.GetRequiredService<IHostJoining>().IssueTokenAsync(null, Token)).Value.Token;

    private Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "gantryd.dll"), "agent", .. arguments, "--config", _folder.Of("agent.json")]) { RedirectStandardError = true })!;

    /// <summary>What it complained of when it ended by itself.</summary>
    private async Task<string> RunAsync(params string[] arguments)
    {
        using var agent = Start(arguments);
        var said = await agent.StandardError.ReadToEndAsync(Token);
        await agent.WaitForExitAsync(Token);
        Assert.Equal(1, agent.ExitCode);
        Assert.DoesNotContain("   at ", said);
        return said;
    }

    /// <summary>Ends it once it has said something: what comes after needs a supervisor, which is the subject of other tests.</summary>
    private async Task RunUntilAsync(string said, params string[] arguments)
    {
        using var agent = Start(arguments);
        var lines = new List<string>();
        while (await agent.StandardError.ReadLineAsync(Token) is { } line)
        {
            lines.Add(line);
            if (line.Contains(said, StringComparison.Ordinal))
            {
                await KillAsync(agent);
                return;
            }
        }

        Assert.Fail($"It never said '{said}' but: {string.Join('\n', lines)}");
    }

    private static async Task KillAsync(Process agent)
    {
        agent.Kill();
        await agent.WaitForExitAsync(Token);
    }
}

/// <summary>Holds back the answer of a method after it has done its work.</summary>
public class Held : DispatchProxy
{
    private IHostStore _target = null!;
    private string _method = "";
    private Func<Task> _after = null!;

    internal static IHostStore After(IHostStore target, string method, Func<Task> after)
    {
        var proxy = Create<IHostStore, Held>();
        var self = (Held)(object)proxy;
        (self._target, self._method, self._after) = (target, method, after);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.Invoke(_target, args);
        return targetMethod.Name == _method ? AfterAsync((Task<Outcome<Host>>)result!) : result;
    }

    private async Task<Outcome<Host>> AfterAsync(Task<Outcome<Host>> work)
    {
        var outcome = await work;
        await _after();
        return outcome;
    }
}
