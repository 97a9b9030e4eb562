using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Gantry.Store.Records;

namespace Gantry.Store.S3Blobs;

/// <summary>Turns failures of the store into what an operator can act on.</summary>
internal static class S3Failures
{
    private const HttpStatusCode InsufficientStorage = HttpStatusCode.InsufficientStorage;

    public static bool IsNotThere(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket";

    /// <summary>The store is away, starting, stopping or has too much to do: the same call may succeed later.</summary>
    public static bool IsOutage(Exception e, CancellationToken token) => e switch
    {
        OperationCanceledException => !token.IsCancellationRequested,
        AmazonServiceException { StatusCode: InsufficientStorage } => false,
        AmazonServiceException { ErrorCode: "RequestTimeout" or "SlowDown" or "InternalError" or "ServiceUnavailable" } => true,
        AmazonServiceException answer => answer.StatusCode is 0 or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
        // No answer at all: refused, reset, no route, no name, cut off.
        AmazonClientException or HttpRequestException or IOException => true,
        _ => false,
    };

    public static StoreException Explain(Exception e, S3BlobsOptions options)
    {
        var where = $"{options.Endpoint}/{options.Bucket}";
        return e switch
        {
            AmazonServiceException { ErrorCode: "NoSuchBucket" } => new StoreException(
                $"The bucket '{options.Bucket}' does not exist at {options.Endpoint}. Make it there, or set Gantry:Blobs:Bucket to the one that has the blobs.", isTransient: false, e),
            AmazonServiceException { ErrorCode: "RequestTimeTooSkewed" or "RequestExpired" } => new StoreException(
                $"The blob store {where} refuses requests because the clocks differ: this machine says {DateTime.UtcNow:u}. Set the clock (run 'timedatectl set-ntp true'), here or there, and try again.",
                isTransient: true, e),
            AmazonServiceException { ErrorCode: "InvalidAccessKeyId" or "SignatureDoesNotMatch" } answer => new StoreException(
                $"The blob store {where} does not know this key ({answer.ErrorCode}). Check Gantry:Blobs:AccessKey and Gantry:Blobs:SecretKey.", isTransient: false, e),
            AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => new StoreException(
                $"The blob store {where} denies access. The key in Gantry:Blobs:AccessKey must be allowed to get, put, delete and list objects of this bucket.", isTransient: false, e),
            AmazonServiceException { StatusCode: InsufficientStorage } or AmazonServiceException { ErrorCode: "QuotaExceeded" } => new StoreException(
                $"The blob store {where} is full or its quota is used up. Make room there, and try again; nothing acknowledged was lost.", isTransient: true, e),
            _ when IsOutage(e, CancellationToken.None) => new StoreException(
                $"The blob store {where} does not answer ({Reason(e)}). Nothing acknowledged was lost. Look at the store and the way to it, and try again.", isTransient: true, e),
            _ => new StoreException($"The blob store {where} refuses a request: {Reason(e)}. Look into its log, and check the section Gantry:Blobs.", isTransient: false, e),
        };
    }

    private static string Reason(Exception e) => e is AmazonServiceException { ErrorCode.Length: > 0 } answer ? $"{answer.ErrorCode}: {answer.Message}" : Innermost(e).Message;

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
