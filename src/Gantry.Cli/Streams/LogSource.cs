using Gantry.Cli.Http;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Streams;

/// <summary>The log of one app: its past as a dump, its future as a stream.</summary>
internal sealed class LogSource(ApiClient api, string appPath, string? filter)
{
    /// <summary>The newest <paramref name="count"/> lines, oldest first, each with its end.</summary>
    public async Task<byte[]> DumpAsync(int count, CancellationToken token)
    {
        var address = await AddressAsync(token) + $"&n={count}" + (filter is null ? "" : "&filter=" + Uri.EscapeDataString(filter));
        return await api.BytesAsync(address, authenticated: false, token) ?? [];
    }

    /// <summary>A stream of what comes after <paramref name="after"/>; where that is empty, of the newest lines and of what comes after them.</summary>
    public async Task<WebSocketFrames> ConnectAsync(string after, int past, CancellationToken token)
    {
        var address = new UriBuilder(api.At(await AddressAsync(token) + $"&stream=true&n={past}&after={Uri.EscapeDataString(after)}" + (filter is null ? "" : "&filter=" + Uri.EscapeDataString(filter))));
        address.Scheme = address.Scheme == "https" ? "wss" : "ws";
        return await WebSocketFrames.ConnectAsync(address.Uri, token);
    }

    /// <summary>A fresh address each time: it holds a token that does not live long.</summary>
    private async Task<string> AddressAsync(CancellationToken token) =>
        (await api.GetAsync($"{appPath}/logs", V1Json.Default.LogsReply, token)).LogsUrl;
}
