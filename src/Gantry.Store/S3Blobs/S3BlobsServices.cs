using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Gantry.Store.S3Blobs;

/// <summary>Registration of the blob store in a bucket.</summary>
public static class S3BlobsServices
{
    private const int SmallestPart = 5 << 20;

    /// <summary>Blobs as objects of one bucket that several hosts share.</summary>
    public static IServiceCollection AddS3Blobs(this IServiceCollection services, Action<S3BlobsOptions> configure)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<S3BlobsOptions>().Configure(configure)
            .Validate(o => Uri.TryCreate(o.Endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
                "The address of the blob store must be a URL. Set Blobs:Endpoint to something like 'https://s3.example:9000'.")
            .Validate(o => o.Bucket.Length > 0, "The bucket of the blobs has no name. Make a bucket, and set Blobs:Bucket to its name.")
            .Validate(o => o.AccessKey.Length > 0 && o.SecretKey.Length > 0, "The blob store wants to know who asks. Set Blobs:AccessKey and Blobs:SecretKey.")
            .Validate(o => o.PartBytes >= SmallestPart, $"Blobs:PartBytes must be at least {SmallestPart}: S3 takes no smaller parts.")
            .Validate(o => o.DraftDirectory.Length > 0, "The folder of drafts is empty. Set Blobs:DraftDirectory to a folder on a local disk.");
        services.AddSingleton(s => s.GetRequiredService<IOptions<S3BlobsOptions>>().Value);
        services.AddSingleton<S3Bucket>();
        services.AddHostedService<S3Start>();
        return services.AddSingleton<IBlobStore, S3BlobStore>();
    }
}
