using System.Net;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Faults.Checks;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Asks every app again and again at a bounded rate, through each router by turns, and looks at each answer.</summary>
/// <param name="grace">For so long a router may still use what was before a change.</param>
public sealed class Load(IReadOnlyList<Uri> edges, TimeSpan grace, IReadOnlyList<FaultApp> apps, SlotClaims claims, Journal journal) : IDisposable
{
    private static readonly TimeSpan _every = TimeSpan.FromMilliseconds(125);
    private const int MostAtOnce = 100;

    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(20) }) { Timeout = TimeSpan.FromSeconds(90) };
    private int _sent;
    private int _underWay;

    public int Sent => _sent;

    public void Dispose() => _client.Dispose();

    public async Task RunAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(_every);
        var all = new List<Task>();
        try
        {
            while (await timer.WaitForNextTickAsync(token))
            {
                all.RemoveAll(t => t.IsCompleted);
                all.AddRange(apps.Where(_ => _underWay < MostAtOnce).Select(AskAsync));
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Those that were asked are waited for: each is checked.
        }

        await Task.WhenAll(all);
    }

    /// <summary>One request; false when it failed.</summary>
    public async Task AskAsync(FaultApp app)
    {
        var router = Interlocked.Increment(ref _sent) / apps.Count % edges.Count;
        Interlocked.Increment(ref _underWay);
        var began = journal.Clock.Now;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, edges[router]);
            request.Headers.Host = $"{app.Name}.apps.localhost";
            using var response = await _client.SendAsync(request, CancellationToken.None);
            var body = await response.Content.ReadAsStringAsync(CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.OK)
                Check(app, JsonNode.Parse(body)!, began - grace, journal.Clock.Now);
            else
                journal.Fail(new FailedRequest(app.Name, began, journal.Clock.Now, $"{(int)response.StatusCode} {Reason(response)}", router + 1));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException or IOException)
        {
            journal.Fail(new FailedRequest(app.Name, began, journal.Clock.Now, e.Message, router + 1));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void Check(FaultApp app, JsonNode answer, TimeSpan asked, TimeSpan answered)
    {
        var (name, release, label, run) = ((string)answer["app"]!, (string)answer["release"]!, (string)answer["label"]!, (string)answer["run"]!);
        var (value, written) = ((string)answer["value"]!, (int)answer["written"]!);
        var from = FormattableString.Invariant($"{label} {run} at {(string?)answer["address"]}, asked at {asked.TotalSeconds:0.00}");
        if (name != app.Name)
            journal.Violate($"{app.Name} was asked and {name} answered ({from})");
        if (!app.Release.Allows(release, asked, answered))
            journal.Violate($"{app.Name} answered with the release {release} ({from}), expected {string.Join(" or ", app.Release.Now)}");
        if (!app.Shown.Allows(value, asked, answered))
            journal.Violate($"{app.Name} shows the value '{value}' ({from}), expected {string.Join(" or ", app.Shown.Now)}");
        if (claims.See(app.Name, label, run, (long)answer["booted"]!, asked, answered) is { } twice)
            journal.Violate(twice);
        app.Runs.AddOrUpdate(run, (written, answered, (string)answer["address"]!), (_, old) => written > old.Written ? (written, answered, old.Address) : old);
    }

    private static string Reason(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Scalingo-Error", out var codes) ? string.Join(',', codes) : response.ReasonPhrase ?? "";
}
