using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gantry.Store.FileBlobs;

/// <summary>Registration of the blob store in a directory.</summary>
public static class FileBlobsServices
{
    /// <summary>Blobs as files of one directory.</summary>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, Action<FileBlobsOptions> configure)
    {
        services.AddLogging();
        services.AddOptions<FileBlobsOptions>().Configure(configure)
            .Validate(o => o.Directory.Length > 0, "The directory of the blobs is empty. Set it to a directory on a local disk.");
        services.AddSingleton(s => s.GetRequiredService<IOptions<FileBlobsOptions>>().Value);
        return services.AddSingleton<IBlobStore, FileBlobStore>();
    }
}
