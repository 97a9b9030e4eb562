using Gantry.Api.Http;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Apps;

/// <summary>Addresses that the API hands out.</summary>
internal sealed class Addresses(IOptions<ApiOptions> options)
{
    private readonly ApiOptions _options = options.Value;

    public string App(string name) => _options.AppUrlFormat.Replace("{name}", name, StringComparison.Ordinal);

    public string Git(string name) => _options.GitUrlFormat.Replace("{name}", name, StringComparison.Ordinal);

    public string DeploymentStream(AppId app) => $"{WebSocketBase()}/apps/{app}/deployments/stream";

    public string Logs(AppId app, string token, DateTimeOffset now) =>
        $"{Http()}/apps/{app}/logs?token={token}&timestamp={now.ToUnixTimeSeconds()}";

    public string LogArchive(AppId app, string id, string token) =>
        $"{Http()}/apps/{app}/logs_archives/{Uri.EscapeDataString(id)}?token={token}";

    public string Operation(AppId app, OperationId id) => $"{Http()}/v1/apps/{app}/operations/{id}";

    public string Output(AppId app, DeploymentId id) => $"{Http()}/v1/apps/{app}/deployments/{id}/output";

    /// <summary>With an explicit port, whatever it is: clients dial the authority as it is written.</summary>
    public string Attach(ContainerId id)
    {
        var url = _options.PublicUrl;
        return $"{url.Scheme}://{url.Host}:{url.Port}{url.AbsolutePath.TrimEnd('/')}/attach/{id}";
    }

    public string SourceUpload(string id, string token) => $"{Http()}/sources/{id}/upload?token={token}";

    public string SourceDownload(string id, string token) => $"{Http()}/sources/{id}/archive.tar.gz?token={token}";

    /// <summary>The id in one of our own download addresses with the token in it, or null for any other address.</summary>
    public (string Id, string Token)? ReadSourceDownload(Uri url)
    {
        var own = _options.PublicUrl;
        var path = url.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!string.Equals(url.Authority, own.Authority, StringComparison.OrdinalIgnoreCase) || path.Length < 3 || path[^3] != "sources")
            return null;
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(url.Query);
        return path[^1] == "archive.tar.gz" ? (path[^2], query["token"].ToString()) : null;
    }

    private string Http() => _options.PublicUrl.Base();

    private string WebSocketBase() => "ws" + Http()["http".Length..];
}
