using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Gantry.Bench;

/// <summary>The Docker engine that bench/run.sh started: DOCKER_HOST names its socket, and it has the stack as the image <c>stack</c>.</summary>
internal sealed class Engine : IDisposable
{
    private readonly HttpClient _api = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, token) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Environment.GetEnvironmentVariable("DOCKER_HOST")!["unix://".Length..]), token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://docker") };

    /// <summary>Runs the client to its end and returns what it printed.</summary>
    public static async Task<string> DockerAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"docker {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    /// <summary>Creates and starts a container without the client, as a platform on top of the engine would.</summary>
    public async Task<string> StartAsync(string script)
    {
        using var created = await _api.PostAsJsonAsync("/containers/create", new { Image = "stack", Cmd = new[] { "/bin/sh", "-c", script } });
        var id = (await created.Content.ReadFromJsonAsync<JsonNode>())!["Id"]!.GetValue<string>();
        (await _api.PostAsync($"/containers/{id}/start", null)).EnsureSuccessStatusCode().Dispose();
        return id;
    }

    public void Dispose() => _api.Dispose();
}
