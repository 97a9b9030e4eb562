using CsCheck;
using Gantry.Domain.Images;

namespace Gantry.Domain.Tests.Images;

public sealed class ProcfileTests
{
    [Theory]
    [InlineData("web: node server.js", "web=node server.js")]
    [InlineData("web:node .\r\nworker :  rake jobs:work  \r\n", "web=node .|worker=rake jobs:work")]
    [InlineData("# comment\n\n  \nclock2: PORT=1 run\n", "clock2=PORT=1 run")]
    [InlineData("release: rake db:migrate\nweb: x", "web=x")]
    [InlineData("postdeploy: rake db:migrate", "postdeploy=rake db:migrate")]
    [InlineData("", "")]
    public void Procfile_WithinTheRules_IsRead(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Procfile.Parse(text).Value.Select(t => $"{t.Key}={t.Value}")));

    [Theory]
    [InlineData("web: x\nnode server.js", "line 2: 'node server.js' is not of the form 'type: command'.")]
    [InlineData("web:", "line 1: the process type 'web' has no command.")]
    [InlineData("web worker: x", "line 1: the process type 'web worker' must be 1 to 24 letters or digits.")]
    [InlineData("web-1: x", "line 1: the process type 'web-1' must be 1 to 24 letters or digits.")]
    [InlineData(": x", "line 1: the process type '' must be 1 to 24 letters or digits.")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaa: x", "line 1: the process type 'aaaaaaaaaaaaaaaaaaaaaaaaa' must be 1 to 24 letters or digits.")]
    [InlineData("\nweb: x\nweb: y", "line 3: the process type 'web' is declared twice; keep one of the lines.")]
    public void Procfile_OutsideTheRules_IsRefusedWithLineAndRule(string text, string message)
    {
        var refusal = Procfile.Parse(text).Refusal!;
        Assert.Equal(("Procfile", message), (refusal.Field, refusal.Message));
    }

    [Fact]
    public void Procfile_OfAnyText_IsReadOrRefusedButNeverThrows() =>
        Gen.Char["ab1: \n\r#\t-é\0"].Array[0, 40].Sample(text =>
        {
            var parsed = Procfile.Parse(new string(text));
            return !parsed.IsSuccess || parsed.Value.All(t => t.Key.Length is > 0 and <= 24 && t.Value.Trim() == t.Value && t.Value.Length > 0);
        });
}
