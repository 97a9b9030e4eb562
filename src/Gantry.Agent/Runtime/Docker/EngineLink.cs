using System.Text.Json;
using Docker.DotNet;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The connection to this host's Docker Engine. What the engine refuses is said in its own words.</summary>
internal sealed class EngineLink : IDisposable
{
    private readonly DockerClient _client;
    private readonly string _socket;

    public EngineLink(IOptions<AgentOptions> options)
    {
        _socket = options.Value.DockerSocket;
        _client = new DockerClientBuilder().WithEndpoint(new Uri($"unix://{_socket}")).WithTimeout(Timeout.InfiniteTimeSpan).Build();
    }

    public async Task<T> AskAsync<T>(string what, Func<DockerClient, Task<T>> call)
    {
        try
        {
            return await call(_client);
        }
        catch (DockerApiException e)
        {
            throw new RuntimeException($"Docker could not {what}: {Message(e)}", (int)e.StatusCode >= 500, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            throw new RuntimeException($"The Docker Engine at {_socket} does not answer ({e.Message}): see that it runs.", true, e);
        }
    }

    public Task AskAsync(string what, Func<DockerClient, Task> call) => AskAsync(what, async c =>
    {
        await call(c);
        return true;
    });

    /// <summary>Like <see cref="AskAsync{T}"/>; null when the engine does not know the thing, or it is in that state already.</summary>
    public Task<T?> TryAskAsync<T>(string what, Func<DockerClient, Task<T>> call) where T : class => AskAsync<T?>(what, async c =>
    {
        try
        {
            return await call(c);
        }
        catch (DockerApiException e) when (e.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.NotModified)
        {
            return null;
        }
    });

    public void Dispose() => _client.Dispose();

    private static string Message(DockerApiException e)
    {
        try
        {
            return JsonDocument.Parse(e.ResponseBody ?? "").RootElement.GetProperty("message").GetString() ?? e.Message;
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}
