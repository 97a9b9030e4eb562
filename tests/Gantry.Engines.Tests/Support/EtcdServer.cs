namespace Gantry.Engines.Tests.Support;

/// <summary>An etcd of one member.</summary>
/// <param name="tls">Speaks TLS with the certificates in its folder, and asks for one of the same authority.</param>
internal sealed class EtcdServer(bool tls = false) : EngineServer("etcd", "/usr/bin/etcd", "etcd-server")
{
    public string Url => $"{(tls ? "https" : "http")}://127.0.0.1:{Port}";

    protected override IEnumerable<string> Arguments =>
    [
        "--data-dir", Path.Combine(Folder, "data"), "--name", "one", "--listen-client-urls", Url, "--advertise-client-urls", Url,
        "--listen-peer-urls", Peer, "--initial-advertise-peer-urls", Peer, "--initial-cluster", $"one={Peer}", "--logger", "zap",
        "--listen-metrics-urls", Health,
        .. tls ? Tls : [],
    ];

    private string Peer { get; } = $"http://127.0.0.1:{FreePort.Take()}";

    /// <summary>Without TLS, whatever its clients speak.</summary>
    private string Health { get; } = $"http://127.0.0.1:{FreePort.Take()}";

    private string[] Tls =>
    [
        "--cert-file", Path.Combine(Folder, "server.pem"), "--key-file", Path.Combine(Folder, "server.key"),
        "--client-cert-auth", "--trusted-ca-file", Path.Combine(Folder, "ca.pem"),
    ];

    /// <summary>It listens before it has a leader, and can do nothing until then.</summary>
    protected override async Task<bool> IsReadyAsync()
    {
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            using var answer = await http.GetAsync(new Uri($"{Health}/health"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Not yet.
            return false;
        }
    }
}
