using Gantry.Agent.Runtime;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Gantry.Agent.Remote;

/// <summary>Refuses a caller who leads no more, and tells others what failed here, and whether they may try again.</summary>
internal sealed partial class FailureInterceptor(TermGuard guard, ILogger<FailureInterceptor> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(() => continuation(request, context), context);

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(() => continuation(requestStream, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(() => Finish(continuation(request, responseStream, context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(() => Finish(continuation(requestStream, responseStream, context)), context);

    private static async Task<bool> Finish(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            guard.Check(context.RequestHeaders);
            return await call();
        }
        catch (RuntimeException e)
        {
            throw new RpcException(new Status(e.IsTransient ? StatusCode.Aborted : StatusCode.FailedPrecondition, e.Message));
        }
        catch (Exception e) when (e is not (RpcException or OperationCanceledException))
        {
            Log.Failed(logger, context.Method, e);
            throw new RpcException(new Status(StatusCode.Internal, $"{context.Method} failed on {Environment.MachineName}: {e.Message}"));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The call {Method} failed; whoever called tries again")]
        public static partial void Failed(ILogger logger, string method, Exception e);
    }
}
