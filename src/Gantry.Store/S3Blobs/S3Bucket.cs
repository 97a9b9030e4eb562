using Amazon.Runtime;
using Amazon.S3;
using Gantry.Domain;
using Gantry.Store.Records;

namespace Gantry.Store.S3Blobs;

/// <summary>The bucket: how it is reached, how often it is asked, and what its failures mean.</summary>
internal sealed class S3Bucket : IDisposable
{
    private readonly S3BlobsOptions _options;
    private readonly TimeProvider _time;

    public S3Bucket(S3BlobsOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        Client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
        {
            ServiceURL = options.Endpoint,
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            Timeout = options.Timeout,
            // Tried again here, where it is known how long the caller can wait.
            MaxErrorRetry = 0,
            // The signature covers the content already, and stores other than Amazon's do not know the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    public AmazonS3Client Client { get; }

    public string Name => _options.Bucket;

    public string Folder => _options.Prefix + "sha256/";

    public string KeyOf(Digest digest) => Folder + digest.Hex;

    public Task<T> AskAsync<T>(Func<Task<T>> work, CancellationToken token) => UntilItWorksAsync(work, _options.OutagePatience, token);

    public Task<T> UploadAsync<T>(Func<Task<T>> work, CancellationToken token) => UntilItWorksAsync(work, _options.UploadPatience, token);

    /// <summary>Null when the object is not there.</summary>
    public async Task<T?> FindAsync<T>(Func<Task<T>> work, CancellationToken token) where T : class => await AskAsync<T?>(
        async () =>
        {
            try
            {
                return await work();
            }
            catch (AmazonS3Exception e) when (S3Failures.IsNotThere(e))
            {
                return null;
            }
        },
        token);

    public StoreException Explain(Exception e) => S3Failures.Explain(e, _options);

    public void Dispose() => Client.Dispose();

    private async Task<T> UntilItWorksAsync<T>(Func<Task<T>> work, TimeSpan patience, CancellationToken token)
    {
        var start = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (S3Failures.IsOutage(e, token) && _time.GetElapsedTime(start) < patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 500)), _time, token);
            }
            catch (Exception e) when (e is AmazonServiceException || S3Failures.IsOutage(e, token))
            {
                throw Explain(e);
            }
        }
    }
}
