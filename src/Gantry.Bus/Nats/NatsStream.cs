using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace Gantry.Bus.Nats;

/// <summary>The connection, and the one stream that all notifications go through: one order for everybody.</summary>
internal sealed class NatsStream : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly NatsBusOptions _options;
    private readonly NatsConnection _connection;
    private readonly NatsJSContext _context;

    public NatsStream(NatsBusOptions options)
    {
        _options = options;
        _connection = new NatsConnection(new NatsOpts
        {
            Url = options.Url, Name = "gantry", ConnectTimeout = _patience, RequestTimeout = _patience, CommandTimeout = _patience,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50), ReconnectWaitMax = TimeSpan.FromSeconds(1),
            AuthOpts = options.CredentialsPath is { } path ? NatsAuthOpts.Default with { CredsFile = path } : NatsAuthOpts.Default,
        });
        _context = new NatsJSContext(_connection);
    }

    private string Subject => _options.Stream.ToLowerInvariant();

    /// <summary>Makes the stream if need be.</summary>
    /// <returns>Its first and last sequence numbers.</returns>
    public async Task<(ulong First, ulong Last)> PrepareAsync(CancellationToken token)
    {
        await _connection.ConnectAsync().AsTask().WaitAsync(token);
        var stream = await _context.CreateOrUpdateStreamAsync(
            new StreamConfig(_options.Stream, [Subject])
            {
                Storage = StreamConfigStorage.File, Retention = StreamConfigRetention.Limits, Discard = StreamConfigDiscard.Old,
                MaxAge = _options.MaxAge, MaxBytes = 256 << 20, NumReplicas = _options.Replicas, DuplicateWindow = TimeSpan.FromMinutes(2),
            },
            token);
        return ((ulong)stream.Info.State.FirstSeq, (ulong)stream.Info.State.LastSeq);
    }

    /// <summary>Stores a message. When this returns it is in the stream, once, however often it is sent.</summary>
    public async Task StoreAsync(string id, byte[] bytes, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(_patience);
        var answer = await _context.PublishAsync(Subject, bytes, NatsRawSerializer<byte[]>.Default, new NatsJSPubOpts { MsgId = id }, cancellationToken: limit.Token);
        // A repetition is a success here: the answer to the first time got lost.
        if (answer.Error is { } error)
            throw new NatsJSApiException(error);
    }

    /// <summary>All messages from a sequence number on, in their order; goes on by itself after a loss of the connection.</summary>
    public async IAsyncEnumerable<(ulong Sequence, byte[]? Bytes)> ReadAsync(
        ulong from, [EnumeratorCancellation] CancellationToken token)
    {
        var start = new NatsJSOrderedConsumerOpts { DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartSequence, OptStartSeq = from };
        var consumer = await _context.CreateOrderedConsumerAsync(_options.Stream, start, token);
        // Short beats: a server that came back has forgotten the consumer, and only silence tells.
        var manner = new NatsJSConsumeOpts { MaxMsgs = 100, Expires = TimeSpan.FromSeconds(5), IdleHeartbeat = TimeSpan.FromSeconds(1) };
        await foreach (var message in consumer.ConsumeAsync(NatsRawSerializer<byte[]>.Default, manner, token))
            if (message.Metadata is { } place)
                yield return (place.Sequence.Stream, message.Data);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
