using System.Net.Http.Headers;
using System.Reflection;

namespace Gantry.Cli.Http;

internal static class HttpClients
{
    public static string Version { get; } =
        typeof(HttpClients).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>A client without a limit in time of its own, and without a proxy towards this very machine.</summary>
    public static HttpClient For(Uri server)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = !server.IsLoopback,
            UseCookies = false,
            AllowAutoRedirect = true,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AutomaticDecompression = System.Net.DecompressionMethods.All,
        };
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("gantry", Version));
        return client;
    }
}
