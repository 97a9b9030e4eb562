namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>A source folder under git, made from a sample or from files given in the test.</summary>
public sealed class SourceTree : IDisposable
{
    private readonly GantryPlatform _platform;

    private SourceTree(GantryPlatform platform, string directory) => (_platform, Directory) = (platform, directory);

    public string Directory { get; }

    public static async Task<SourceTree> FromSampleAsync(GantryPlatform platform, string sample)
    {
        var tree = New(platform);
        (await Shell.RunAsync("cp", ["-r", $"{platform.Repository}/samples/{sample}/.", tree.Directory])).ExpectSuccess();
        await tree.CommitAsync("first");
        return tree;
    }

    /// <summary>An app without a build: a Procfile and the files it needs.</summary>
    public static async Task<SourceTree> FromFilesAsync(GantryPlatform platform, params (string Path, string Content)[] files)
    {
        var tree = New(platform);
        foreach (var (path, content) in files)
            tree.Write(path, content);
        await tree.CommitAsync("first");
        return tree;
    }

    public void Write(string path, string content)
    {
        var file = Path.Combine(Directory, path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    public async Task CommitAsync(string message)
    {
        if (!System.IO.Directory.Exists(Path.Combine(Directory, ".git")))
            (await _platform.GitAsync(Directory, "init", "-q", "-b", "main")).ExpectSuccess();
        (await _platform.GitAsync(Directory, "add", "-A")).ExpectSuccess();
        (await _platform.GitAsync(Directory, "commit", "-q", "--allow-empty", "-m", message)).ExpectSuccess();
    }

    public Task<ShellResult> PushAsync(string app, string refspec = "main") =>
        _platform.GitAsync(Directory, "push", _platform.GitUrl(app), refspec);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static SourceTree New(GantryPlatform platform)
    {
        var directory = Path.Combine(platform.Root, "src-" + Guid.NewGuid().ToString("N")[..8]);
        System.IO.Directory.CreateDirectory(directory);
        return new SourceTree(platform, directory);
    }
}

/// <summary>Small apps without dependencies.</summary>
public static class TinyApps
{
    /// <summary>Answers with its version and container; <c>/slow</c> takes half a second; ends requests before it ends.</summary>
    public const string Server =
        """
        import http.server, os, signal, sys, threading, time
        version = open("version").read().strip()
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_GET(self):
                if self.path == "/slow":
                    time.sleep(0.5)
                body = ("%s %s\n" % (version, os.environ["CONTAINER"])).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *args):
                print("request", self.path, flush=True)
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = False
            request_queue_size = 256
        server = Server(("0.0.0.0", int(os.environ["PORT"])), Handler)
        def stop(*_):
            threading.Thread(target=server.shutdown).start()
        signal.signal(signal.SIGTERM, stop)
        print("listening", flush=True)
        server.serve_forever()
        time.sleep(0.2)
        os._exit(0)
        """;

    public static Task<SourceTree> WebAsync(GantryPlatform platform, string version = "v1", string extraProcfile = "") =>
        SourceTree.FromFilesAsync(
            platform, ("Procfile", $"web: python3 server.py\n{extraProcfile}"), ("server.py", Server), ("version", version));

    /// <summary>An app whose web process is a shell command.</summary>
    public static Task<SourceTree> CommandAsync(GantryPlatform platform, string web, string extraProcfile = "") =>
        SourceTree.FromFilesAsync(platform, ("Procfile", $"web: {web}\n{extraProcfile}"));
}
