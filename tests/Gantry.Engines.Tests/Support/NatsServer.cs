using System.Net.Sockets;

namespace Gantry.Engines.Tests.Support;

/// <summary>A NATS of one server with JetStream.</summary>
/// <remarks>Debian's 2.9 has no <c>sync_interval</c> and refuses a configuration with it; see docs/decisions/0006.</remarks>
internal sealed class NatsServer() : EngineServer("nats", "/usr/sbin/nats-server", "nats-server")
{
    public string Url => $"nats://127.0.0.1:{Port}";

    /// <summary>The same server for a client that may do all but fetch messages: its demands are dropped without a word.</summary>
    public string UrlOfTheDeaf => $"nats://deaf:deaf@127.0.0.1:{Port}";

    protected override IEnumerable<string> Arguments =>
        ["-a", "127.0.0.1", "-p", $"{Port}", "-js", "-sd", Path.Combine(Folder, "data"), "-c", Path.Combine(Folder, "users.conf")];

    protected override async Task PrepareAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "users.conf"), """
            no_auth_user: all
            authorization {
              users: [
                { user: all, password: all }
                { user: deaf, password: deaf, permissions: { publish: { deny: "$JS.API.CONSUMER.MSG.NEXT.>" } } }
              ]
            }
            """);
        await base.PrepareAsync();
    }

    protected override async Task<bool> IsReadyAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port);
            // It greets once it is ready.
            return await client.GetStream().ReadAsync(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            // Not yet.
            return false;
        }
    }
}
