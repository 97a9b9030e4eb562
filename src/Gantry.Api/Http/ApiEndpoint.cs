namespace Gantry.Api.Http;

/// <summary>Marks an endpoint of this API and says who may call it; the middleware enforces it before anything is read.</summary>
/// <param name="Access">The innermost one counts.</param>
internal sealed record ApiEndpoint(Access Access);

/// <summary>Who may call an endpoint.</summary>
internal enum Access
{
    /// <summary>Any user; of an app, its owner only.</summary>
    Owner,
    /// <summary>Operators, for apps of all owners.</summary>
    Operator,
    /// <summary>Everybody: the endpoint checks what it needs itself.</summary>
    Anyone,
}

/// <summary>Endpoints that take more than a JSON body: null for no limit of the server's, the endpoint counts itself.</summary>
internal sealed record BodyLimit(long? Bytes);
