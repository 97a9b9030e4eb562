using System.Net;
using System.Net.Sockets;
using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Store.Blobs;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Deployments;

/// <summary>Opens the source of a deployment, fetching it first when it is an address.</summary>
internal sealed class SourceFetcher(IBlobStore blobs, IOptions<ControlOptions> options) : IDisposable
{
    private readonly HttpClient _client = new(Handler(options.Value)) { Timeout = TimeSpan.FromMinutes(5) };

    /// <exception cref="DeploymentFailure">The archive is gone, can't be fetched or is too large.</exception>
    public async Task<Stream> OpenAsync(DeploymentSource source, CancellationToken token)
    {
        var digest = source.Kind == SourceKind.Url
            ? await FetchAsync(source.Value, token).ConfigureAwait(false)
            : new Digest(source.Value);
        return await blobs.OpenAsync(digest, token).ConfigureAwait(false)
            ?? throw Failure("The uploaded source archive is not there any more. Deploy again.");
    }

    public void Dispose() => _client.Dispose();

    private async Task<Digest> FetchAsync(string url, CancellationToken token)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw Failure($"The source URL '{url}' is not an http or https address.");
        try
        {
            using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Failure($"Fetching {address.Host}{address.AbsolutePath} answered {(int)response.StatusCode}. Check that the address is public and still valid.");
            using var content = await response.Content.ReadAsStreamAsync(token).ConfigureAwait(false);
            var put = await blobs.PutAsync(content, options.Value.MaxSourceBytes, token).ConfigureAwait(false);
            return put.IsSuccess ? put.Value.Digest : throw Failure(put.Refusal!.Message);
        }
        catch (HttpRequestException e)
        {
            throw Failure($"The source could not be fetched from {address.Host}: {e.Message}");
        }
        catch (TaskCanceledException) when (!token.IsCancellationRequested)
        {
            throw Failure($"Fetching the source from {address.Host} took more than {_client.Timeout.TotalMinutes:0} minutes.");
        }
    }

    private static DeploymentFailure Failure(string reason) => new(DeploymentStatus.BuildError, reason);

    /// <summary>A tenant's address must not reach what only the platform's host can reach, also not after a redirect.</summary>
    private static SocketsHttpHandler Handler(ControlOptions options) => new()
    {
        ConnectCallback = async (context, token) =>
        {
            var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, token).ConfigureAwait(false);
            var allowed = Array.FindAll(addresses, a => options.AllowPrivateSourceAddresses || IsPublic(a));
            if (allowed.Length == 0)
                throw new HttpRequestException("the address is private or does not resolve. Upload the archive instead.");
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast)
            return false;
        var b = address.GetAddressBytes();
        return b.Length != 4 || !(b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 169 && b[1] == 254) || (b[0] == 192 && b[1] == 168)
            || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 100 && b[1] is >= 64 and < 128));
    }
}
