using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Faults.Checks;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>The owner of one app, who always changes something, one thing after the other, drawn from the seed.</summary>
public sealed class Tenant(FaultApp app, FaultTarget target, TenantApi api, Journal journal, int seed, int most)
{
    /// <summary>Whatever is acknowledged ends within this time after the last fault.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private readonly Random _random = new(seed);
    private int _number;

    private TimeSpan Now => journal.Clock.Now;

    private string Path => $"/v1/apps/{app.Name}";

    /// <param name="stop">Cancelled when nothing new is to be begun.</param>
    /// <param name="token">Cancelled when nothing has to be waited for any more.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken token)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await StepAsync(token);
                await Task.Delay(_random.Next(200, 1500), token);
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // The end of the run.
        }
    }

    /// <summary>The first release.</summary>
    public async Task DeployFirstAsync(CancellationToken token)
    {
        await DeployAsync(await UploadAsync(app.Release.Single), app.Release.Single, token);
        await SettledAsync(await api.PostAsync($"{Path}/scale", Formation(app.Size.Single)), "scale", token);
    }

    /// <summary>What the API says now must be what was acknowledged.</summary>
    public async Task CheckReadableAsync(CancellationToken token)
    {
        var asked = Now;
        var formation = (await api.ReadAsync($"{Path}/containers", token))["containers"]!.AsArray().Single(c => (string?)c!["name"] == "web");
        Expect(app.Size, (int)formation!["amount"]!, asked, "size");
        asked = Now;
        var variables = (await api.ReadAsync($"{Path}/variables", token))["variables"]!.AsArray();
        Expect(app.Value, (string?)variables.SingleOrDefault(v => (string?)v!["name"] == "VALUE")?["value"] ?? "", asked, "variable");
    }

    public async Task RestartAsync(CancellationToken token)
    {
        var value = app.Value.Now;
        if (!await SettledAsync(await api.PostAsync($"{Path}/restart"), "restart", token))
            return;
        if (value.Count == 1 && app.Value.Now.Count == 1)
            app.Shown.Acknowledge(Now, value.Single());
    }

    public async Task<string> LogAsync(int lines, CancellationToken token)
    {
        var address = (string)(await api.ReadAsync($"{Path}/logs", token))["logs_url"]!;
        return await api.TextAsync($"{address}&n={lines.ToString(CultureInfo.InvariantCulture)}", token);
    }

    private Task StepAsync(CancellationToken token)
    {
        _number++;
        journal.Count("tenant actions");
        return _random.Next(100) switch
        {
            < 22 => ScaleAsync(_random.Next(1, most + 1), token),
            < 44 => SetValueAsync($"{app.Name}-{_number}", token),
            < 54 => DeployNextAsync(token),
            < 70 => RunOneOffAsync(_random.Next(1, 100), token),
            < 85 => ReadLogAsync(token),
            _ => CheckReadableAsync(token),
        };
    }

    private async Task ScaleAsync(int size, CancellationToken token)
    {
        app.Size.Begin(Now, size);
        var answer = await api.PostAsync($"{Path}/scale", Formation(size));
        Conclude(app.Size, size, answer);
        if (answer.IsAcknowledged)
            journal.Count("acknowledged changes");
        await SettledAsync(answer, "scale", token);
    }

    private async Task SetValueAsync(string value, CancellationToken token)
    {
        app.Value.Begin(Now, value);
        app.Shown.Begin(Now, value);
        var answer = await api.PostAsync($"{Path}/variables", new JsonObject { ["variable"] = new JsonObject { ["name"] = "VALUE", ["value"] = value } });
        Conclude(app.Value, value, answer);
        if (!answer.IsAcknowledged)
            return;
        journal.Count("acknowledged changes");
        await RestartAsync(token);
    }

    private async Task DeployNextAsync(CancellationToken token)
    {
        var release = $"{app.Name}-r{_number}";
        if (await UploadAsync(release) is { } source)
            await DeployAsync(source, release, token);
    }

    /// <returns>The address of the archive, or null when it could not be sent.</returns>
    private async Task<string?> UploadAsync(string release)
    {
        var archive = await ArchiveAsync(release);
        if (await api.PostAsync("/v1/sources") is not { IsAcknowledged: true, Body: { } place })
            return null;
        var upload = (string)place["source"]!["upload_url"]!;
        return (await api.PutAsync(upload, archive)).IsAcknowledged ? (string)place["source"]!["download_url"]! : null;
    }

    private async Task<byte[]> ArchiveAsync(string release)
    {
        using var bytes = new MemoryStream();
        await using (var zip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(zip))
            foreach (var (name, text) in new[] { ("Procfile", "web: exec node server.js\n"), ("server.js", FaultApp.Source(app.Name, release)) })
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"app/{name}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        return bytes.ToArray();
    }

    private async Task DeployAsync(string? source, string release, CancellationToken token)
    {
        app.Release.Begin(Now, release);
        var answer = await api.PostAsync($"{Path}/deployments", new JsonObject { ["deployment"] = new JsonObject { ["git_ref"] = release, ["source_url"] = source } });
        var id = (string?)answer.Body?["deployment"]?["id"];
        if (answer.IsRefused)
            app.Release.Refuse(Now, release);
        // Without an answer it may have been queued all the same.
        else if (id is null)
            id = await FindAsync(release, token);
        if (id is null)
        {
            app.Release.Refuse(Now, release);
            return;
        }

        if (await DeploymentEndAsync(id, token) is var (status, reason) && status == "success")
        {
            app.Release.Acknowledge(Now, release);
            journal.Count("deployments");
            journal.Count("acknowledged changes");
            return;
        }

        app.Release.Refuse(Now, release);
        journal.Count("deployments that failed");
        journal.Fail(new FailedRequest(null, Now, Now, $"run deployment {release}: {status}: {reason}", 0));
    }

    private async Task<string?> FindAsync(string release, CancellationToken token) =>
        (string?)(await api.ReadAsync($"{Path}/deployments", token))["deployments"]!.AsArray().FirstOrDefault(d => (string?)d!["git_ref"] == release)?["id"];

    private async Task<(string Status, string Reason)> DeploymentEndAsync(string id, CancellationToken token)
    {
        var until = new Deadline(journal, _patience);
        while (true)
        {
            var deployment = (await api.ReadAsync($"{Path}/deployments/{id}", token))["deployment"]!;
            if (deployment["finished_at"] is not null)
                return ((string)deployment["status"]!, (string?)deployment["failure_reason"] ?? "");
            if (until.IsOver)
                journal.Violate($"the deployment {id} of {app.Name} does not end: it is {deployment["status"]}");
            await Task.Delay(300, token);
        }
    }

    /// <summary>Waits for the end of an operation that was begun. True when it is done.</summary>
    private async Task<bool> SettledAsync(ApiAnswer answer, string what, CancellationToken token)
    {
        if (answer is not { IsAcknowledged: true, Location: { } place })
            return false;
        var until = new Deadline(journal, _patience);
        while (true)
        {
            var operation = (await api.ReadAsync(place.PathAndQuery, token))["operation"]!;
            var status = (string?)operation["status"];
            if (status is "done" or "error")
            {
                if (status == "error")
                    journal.Fail(new FailedRequest(null, Now, Now, $"run {what} of {app.Name}: {operation["error"]}", 0));
                return status == "done";
            }

            if (until.IsOver)
                journal.Violate($"the {what} of {app.Name} does not end: {operation.ToJsonString()}");
            await Task.Delay(200, token);
        }
    }

    private async Task RunOneOffAsync(int code, CancellationToken token)
    {
        var (began, word, via) = (Now, $"word-{app.Name}-{_number}", api.Next());
        using var process = Shell.Start(
            target.CliPath, ["run", "--app", app.Name, "--silent", $"echo {word}; exit {code}"], target.ClientEnvironment(via), target.Root);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(token), process.StandardError.ReadToEndAsync(token));
        try
        {
            await process.WaitForExitAsync(token).WaitAsync(_patience, token);
        }
        catch (TimeoutException)
        {
            journal.Violate($"a one-off of {app.Name} did not end ({word})");
            return;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }

        journal.Count("one-offs");
        if (process.ExitCode == code && (await output).Trim() == word)
            return;
        journal.Fail(new FailedRequest(null, began, Now, $"run one-off {word}: exit code {process.ExitCode} for {code}, output '{(await output).Trim()}', {(await error).Trim()}", via));
    }

    private async Task ReadLogAsync(CancellationToken token)
    {
        journal.Count("logs read");
        foreach (var wrong in NumberedLines.Check(await LogAsync(2000, token), [], whole: false))
            journal.Violate($"in the log of {app.Name} {wrong}");
    }

    private void Conclude<T>(Register<T> register, T value, ApiAnswer answer) where T : notnull
    {
        if (answer.IsAcknowledged)
            register.Acknowledge(Now, value);
        else if (answer.IsRefused)
            register.Refuse(Now, value);
    }

    private void Expect<T>(Register<T> register, T read, TimeSpan asked, string what) where T : notnull
    {
        if (!register.Allows(read, asked, Now))
            journal.Violate($"an acknowledged change was lost: the {what} of {app.Name} is '{read}', expected {string.Join(" or ", register.Now)}");
    }

    private static JsonObject Formation(int size) => new() { ["containers"] = new JsonArray(new JsonObject { ["name"] = "web", ["amount"] = size, ["size"] = "S" }) };
}

/// <summary>Counts from when nothing was broken: what has to wait for a fault is not late.</summary>
public sealed class Deadline(Journal journal, TimeSpan patience)
{
    private readonly TimeSpan _began = journal.Clock.Now;

    public bool IsOver
    {
        get
        {
            var now = journal.Clock.Now;
            var calm = journal.Faults is [.., var last] ? last.Well ?? now : _began;
            return now - (calm > _began ? calm : _began) > patience || now - _began > 4 * patience;
        }
    }
}
