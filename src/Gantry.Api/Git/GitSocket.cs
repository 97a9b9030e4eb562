using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Git;

/// <summary>The Unix socket that sshd's helpers ask; open to root and the git user only.</summary>
internal sealed class GitSocket(
    IOptions<GitOptions> options, GitPaths paths, GitFiles files, GitEndpoints endpoints, IServiceProvider services, ILoggerFactory loggers)
    : IHostedService, IDisposable
{
    private KestrelServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await files.WriteAsync(cancellationToken);
        File.Delete(paths.Socket);
        var kestrel = new KestrelServerOptions { ApplicationServices = services, AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.ListenUnixSocket(paths.Socket, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        _server = new KestrelServer(
            Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        await _server.StartAsync(endpoints, cancellationToken);
        await Tool.MustAsync("chown", [$"root:{options.Value.UserName}", paths.Socket], cancellationToken);
        File.SetUnixFileMode(paths.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
            await _server.StopAsync(cancellationToken);
    }

    public void Dispose() => _server?.Dispose();
}
