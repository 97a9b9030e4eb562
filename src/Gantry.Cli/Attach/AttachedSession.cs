using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Gantry.Cli.Http;
using Gantry.Cli.Streams;
using Gantry.Cli.Terminal;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Attach;

/// <summary>One attached one-off: this terminal becomes its terminal until it ends.</summary>
internal sealed class AttachedSession(Shell shell, ApiClient api, Uri attach)
{
    private const int WaitTries = 10;

    /// <summary>A terminal on both sides. With either end in a pipe, Ctrl-C is ours and the input goes line by line.</summary>
    private readonly bool _interactive = shell.InIsTerminal && shell.OutIsTerminal;

    /// <summary>The exit code of the program.</summary>
    public async Task<ExitCode> RunAsync(CancellationToken token)
    {
        await using (var connection = await AttachConnection.OpenAsync(attach, await api.JwtAsync(token), token))
            await CarryAsync(connection, token);
        return await WaitAsync(token);
    }

    public async Task UploadAsync(string path, CancellationToken token)
    {
        await using var file = File.OpenRead(path);
        using var form = new MultipartFormDataContent { { new StreamContent(file), "file", Path.GetFileName(path) } };
        using var request = Request(HttpMethod.Post, "/files", await api.JwtAsync(token));
        request.Content = form;
        using var response = await api.SendPatientlyAsync(request, token);
        (await ApiErrors.DemandSuccessAsync(response, token)).Dispose();
    }

    private async Task CarryAsync(AttachConnection connection, CancellationToken token)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(token);
        using var raw = _interactive ? RawMode.Enter(0) : null;
        using var resized = _interactive ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => SendSizeSoon(ended.Token)) : null;
        // Not awaited: a terminal's read ends with the next key only, and the process with the program.
        _ = ReadInputAsync(connection.Stream, ended.Token);
        try
        {
            await WriteOutputAsync(connection, ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private async Task ReadInputAsync(Stream target, CancellationToken token)
    {
        try
        {
            await InputPump.RunAsync(shell.RawIn, target, token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is gone, which the output side notices and reports.
            Explain(e);
        }
    }

    private async Task WriteOutputAsync(AttachConnection connection, CancellationToken token)
    {
        SendSizeSoon(token);
        var buffer = new byte[16 * 1024];
        var output = connection.First;
        for (var isFirst = true; output.Length > 0 || isFirst; output = await ReceiveAsync(connection.Stream, buffer, token))
        {
            if (output.Length == 0)
                output = await ReceiveAsync(connection.Stream, buffer, token);
            shell.RawOut.Write(output);
            // The terminal on the other side is certain to be there only now that something came from it.
            if (isFirst)
                SendSizeSoon(token);
            isFirst = false;
        }
    }

    private async Task<byte[]> ReceiveAsync(Stream stream, byte[] buffer, CancellationToken token)
    {
        try
        {
            return buffer[..await stream.ReadAsync(buffer, token)];
        }
        catch (IOException e)
        {
            // Cut instead of closed. How the program fares is for /wait to tell.
            Explain(e);
            return [];
        }
    }

    /// <summary>In the background: the size matters less than the bytes, and a failure to tell it is no failure of the program.</summary>
    private void SendSizeSoon(CancellationToken token)
    {
        if (_interactive && WindowSize.Of(1) is { } size)
            _ = SendSizeAsync(size, token);
    }

    private async Task SendSizeAsync(WindowSize size, CancellationToken token)
    {
        try
        {
            using var request = Request(HttpMethod.Put, "", await api.JwtAsync(token));
            request.Content = new StringContent($$"""{"width":"{{size.Columns}}","height":"{{size.Rows}}"}""", Encoding.UTF8, "application/json");
            using var response = await api.SendPatientlyAsync(request, token);
        }
        catch (Exception e) when (e is CliError or OperationCanceledException)
        {
            Explain(e);
        }
    }

    /// <summary>Asks for the exit code until there is one; a server that restarts meanwhile is asked again.</summary>
    private async Task<ExitCode> WaitAsync(CancellationToken token)
    {
        var reconnection = new Reconnection(shell);
        while (true)
            try
            {
                using var request = Request(HttpMethod.Get, "/wait", await api.JwtAsync(token));
                using var response = await api.SendPatientlyAsync(request, token);
                if (response.StatusCode == System.Net.HttpStatusCode.RequestTimeout)
                    throw new CliError(ExitCode.TimedOut, "The one-off was stopped because nothing was typed or printed for too long.",
                        "Long quiet work runs detached: gantry run --detached COMMAND");
                using var answer = await ApiErrors.DemandSuccessAsync(response, token);
                return Code(await answer.Content.ReadAsByteArrayAsync(token));
            }
            catch (Exception e) when (e is CliError { Code: ExitCode.Unreachable or ExitCode.ServerFault } or IOException or HttpRequestException
                && reconnection.Failures < WaitTries)
            {
                await reconnection.PauseAsync(token);
            }
    }

    private static ExitCode Code(byte[] body)
    {
        try
        {
            return (ExitCode)JsonSerializer.Deserialize(body, V1Json.Default.ExitReply)!.ExitCode;
        }
        catch (JsonException e)
        {
            throw new CliError(ExitCode.ServerFault, "The server did not tell the exit code of the one-off.", inner: e);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string suffix, string jwt)
    {
        var address = new UriBuilder(attach);
        address.Path += suffix;
        return new HttpRequestMessage(method, address.Uri) { Headers = { Authorization = ApiClient.Basic("", jwt) } };
    }

    private void Explain(Exception error)
    {
        if (shell.Debug)
            shell.Error.Write(error.ToString().ReplaceLineEndings("\r\n") + "\r\n");
    }
}
