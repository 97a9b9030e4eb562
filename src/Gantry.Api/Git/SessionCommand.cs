using System.Text.RegularExpressions;

namespace Gantry.Api.Git;

/// <summary>What a client asks git's side of the connection to run.</summary>
/// <param name="Service"><c>receive-pack</c> or <c>upload-pack</c>.</param>
/// <param name="App">Name as the client wrote it, without slash and <c>.git</c>.</param>
internal sealed partial record SessionCommand(string Service, string App)
{
    /// <summary>Null when it is anything but a push or a fetch of one repository.</summary>
    public static SessionCommand? Parse(string text)
    {
        var match = Pattern().Match(text);
        return match.Success ? new SessionCommand(match.Groups[1].Value, match.Groups[2].Value) : null;
    }

    // scp form: git-receive-pack 'my-app.git'; ssh:// form: git-receive-pack '/my-app.git'
    [GeneratedRegex("^git[- ](receive-pack|upload-pack) '?/?([A-Za-z0-9-]{1,64}?)(?:\\.git)?/?'?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
