using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Gantry.Conformance;
using Gantry.Store.S3Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Support;

/// <summary>Ceph's S3 on a Ceph of its own: a monitor, a disk and the gateway, as in production but for their number.</summary>
internal sealed class CephServer() : EngineServer("ceph", "/usr/bin/radosgw", "radosgw ceph-osd ceph-mon")
{
    /// <summary>A user who owns no bucket of the tests.</summary>
    public const string Stranger = "stranger";

    private const string Owner = "gantry";
    private readonly int _monitorPort = FreePort.Take();

    public string Url => $"http://127.0.0.1:{Port}";

    protected override string Executable => "/bin/bash";

    protected override IEnumerable<string> Arguments => [Script, "run", Folder];

    private string Script => Path.Combine(Folder, "run-ceph");

    public static string SecretOf(string user) => "secret-of-" + user;

    public AmazonS3Client Client() => new(
        new BasicAWSCredentials(Owner, SecretOf(Owner)), new AmazonS3Config { ServiceURL = Url, AuthenticationRegion = "us-east-1", ForcePathStyle = true, MaxErrorRetry = 0 });

    /// <summary>The adapter on a bucket of its own, that of a folder.</summary>
    public async Task<S3BlobsOptions> OptionsAsync(string folder)
    {
        var options = new S3BlobsOptions
        {
            Endpoint = Url, Bucket = Path.GetFileName(folder).ToLowerInvariant(), AccessKey = Owner, SecretKey = SecretOf(Owner),
            DraftDirectory = Path.Combine(folder, "drafts"), PartBytes = 5 << 20,
        };
        using var client = Client();
        await client.PutBucketAsync(options.Bucket);
        return options;
    }

    public static void Add(IServiceCollection services, S3BlobsOptions place) => services.AddS3Blobs(o =>
    {
        (o.Endpoint, o.Bucket, o.AccessKey, o.SecretKey) = (place.Endpoint, place.Bucket, place.AccessKey, place.SecretKey);
        (o.DraftDirectory, o.PartBytes, o.OutagePatience, o.UploadPatience) = (place.DraftDirectory, place.PartBytes, place.OutagePatience, place.UploadPatience);
    });

    protected override async Task PrepareAsync()
    {
        // The user that runs it may not reach the folder of the tests.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Support", "run-ceph"), Script);
        await base.PrepareAsync();
        await AsUserAsync(Executable, Script, "make", Folder, $"{Port}", $"{_monitorPort}", $"{Owner}:{SecretOf(Owner)}", $"{Stranger}:{SecretOf(Stranger)}");
    }

    protected override async Task<bool> IsReadyAsync()
    {
        try
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            return (await http.GetAsync(new Uri(Url))).StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Not yet.
            return false;
        }
    }
}
