using System.Runtime.CompilerServices;
using Gantry.Agent.Runtime;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>Failures of calls, as everybody who uses a runtime knows them.</summary>
internal static class Calls
{
    /// <summary>A host that hangs is noticed by its beats; this only ends what would hang with it.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    public static async Task<T> RunAsync<T>(string address, AsyncUnaryCall<T> call, CancellationToken token)
    {
        using var _ = call;
        try
        {
            return await call.ResponseAsync;
        }
        catch (RpcException e)
        {
            throw Translate(address, e, token);
        }
    }

    public static async IAsyncEnumerable<T> ReadAsync<T>(string address, IAsyncStreamReader<T> stream, [EnumeratorCancellation] CancellationToken token)
    {
        while (true)
        {
            try
            {
                if (!await stream.MoveNext(token))
                    yield break;
            }
            catch (RpcException e)
            {
                throw Translate(address, e, token);
            }

            yield return stream.Current;
        }
    }

    public static Exception Translate(string address, RpcException e, CancellationToken token) =>
        token.IsCancellationRequested ? new OperationCanceledException(e.Message, e, token)
        : e.StatusCode == StatusCode.FailedPrecondition ? new RuntimeException(e.Status.Detail, false, e)
        : e.StatusCode is StatusCode.Internal or StatusCode.Aborted or StatusCode.DataLoss or StatusCode.ResourceExhausted ? new RuntimeException(e.Status.Detail, true, e)
        : new RuntimeException($"The host at {address} does not answer: {e.Status.Detail}", true, e);
}
