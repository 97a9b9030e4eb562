using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Logs.Syslog;

/// <summary>Accepts connections, with and without TLS, and keeps their number bounded.</summary>
internal sealed partial class SyslogListener : BackgroundService, ISyslogListener
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), AfterFailure = TimeSpan.FromMilliseconds(100);
    private readonly ConcurrentDictionary<SyslogConnection, Socket> _connections = new();
    private readonly string _directory;
    private readonly SyslogOptions _options;
    private readonly SyslogSources _sources;
    private readonly SyslogCertificate _certificate;
    private readonly TimeProvider _clock;
    private readonly ILogger<SyslogListener> _logger;
    private Socket? _secure;
    private Socket? _plain;

    public SyslogListener(string directory, SyslogOptions options, IOptions<AppLogOptions> logs, TimeProvider clock, ILogger<SyslogListener> logger)
    {
        (_directory, _options, _clock, _logger) = (directory, options, clock, logger);
        Directory.CreateDirectory(directory);
        _sources = new SyslogSources(directory, logs.Value.Directory, clock);
        var address = IPEndPoint.Parse(options.SecureListen).Address.ToString();
        _certificate = new SyslogCertificate(directory, [.. options.CertificateNames, address], options.CertificateLifetime, clock);
        Counters = new SyslogCounters(logger, clock);
    }

    public SyslogCounters Counters { get; }

    public int Connections => _connections.Count;

    public string AuthorityPath => _certificate.AuthorityPath;

    public IPEndPoint SecureEndpoint => (IPEndPoint?)_secure?.LocalEndPoint ?? throw new InvalidOperationException("The syslog listener has not started yet.");

    public IPEndPoint? PlainEndpoint => (IPEndPoint?)_plain?.LocalEndPoint;

    public string Register(SyslogSource source) => _sources.Register(source);

    public long LostLines(string tag) => _sources.LostLines(tag);

    public void Complete(string tag) => _sources.Complete(tag);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _ = _certificate.Current();
        _secure = ListenAsBefore(IPEndPoint.Parse(_options.SecureListen));
        if (_options.PlainListen.Length > 0) _plain = Listen(IPEndPoint.Parse(_options.PlainListen));
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _secure?.Dispose();
        _plain?.Dispose();
        _sources.Dispose();
        Counters.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var accepting = new List<Task> { AcceptAsync(_secure!, isSecure: true, stoppingToken) };
        if (_plain is not null) accepting.Add(AcceptAsync(_plain, isSecure: false, stoppingToken));
        using var timer = new PeriodicTimer(LookEvery, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                _sources.LookAfterTrouble();
                Counters.Report();
            }
        }
        finally
        {
            foreach (var socket in _connections.Values) socket.Dispose();
            await Task.WhenAll(accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AcceptAsync(Socket listener, bool isSecure, CancellationToken token)
    {
        while (true)
        {
            try
            {
                var socket = await listener.AcceptAsync(token);
                MakeRoom();
                // What happens on one connection ends there.
                _ = ServeAsync(socket, isSecure, token);
            }
            catch (SocketException e)
            {
                // The process has no descriptor left, or the sender left before it was greeted.
                Log.NotAccepted(_logger, e.Message);
                await Task.Delay(AfterFailure, _clock, token);
            }
        }
    }

    private async Task ServeAsync(Socket socket, bool isSecure, CancellationToken token)
    {
        var connection = new SyslogConnection(_sources, Counters, _options, _clock);
        _connections[connection] = socket;
        try
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            if (isSecure) await ServeSecurelyAsync(connection, stream, token);
            else await connection.RunAsync(stream, token);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
        {
            Log.Ended(_logger, e.Message);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            socket.Dispose();
        }
    }

    private async Task ServeSecurelyAsync(SyslogConnection connection, Stream stream, CancellationToken token)
    {
        await using var secure = new SslStream(stream);
        using var handshake = CancellationTokenSource.CreateLinkedTokenSource(token);
        handshake.CancelAfter(_options.FrameTimeout);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificate.Current(),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            },
            handshake.Token);
        await connection.RunAsync(secure, token);
    }

    /// <summary>Strangers make room for others; senders that are known stay.</summary>
    private void MakeRoom()
    {
        if (_connections.Count < _options.MaxConnections) return;
        var oldest = _connections.Where(entry => !entry.Key.IsKnown).MinBy(entry => entry.Key.LastReceived);
        if (oldest.Value is null) oldest = _connections.MinBy(entry => entry.Key.LastReceived);
        if (_connections.TryRemove(oldest.Key, out var socket)) socket.Dispose();
        Counters.Closed();
    }

    /// <summary>Senders that run on know the port of before.</summary>
    private Socket ListenAsBefore(IPEndPoint wanted)
    {
        var path = Path.Combine(_directory, "port");
        var isFixed = wanted.Port != 0;
        if (!isFixed && File.Exists(path) && int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var before))
        {
            try
            {
                return Listen(new IPEndPoint(wanted.Address, before));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                Log.PortTaken(_logger, before);
            }
        }
        var socket = Listen(wanted);
        if (!isFixed) File.WriteAllText(path, ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
        return socket;
    }

    private static Socket Listen(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(512);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A syslog connection could not be accepted; it is tried again: {Reason}")]
        public static partial void NotAccepted(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Debug, "A syslog connection has ended: {Reason}")]
        public static partial void Ended(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The syslog port {Port} of before is taken by another program: senders that still run lose their lines until they are started again. Set Agent:Syslog:SecureListen to a port of your own.")]
        public static partial void PortTaken(ILogger logger, int port);
    }
}
