using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Tests.Remote;

/// <summary>Whom a host believes to lead.</summary>
public sealed class TermGuardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string File => Path.Combine(_folder, "host", "term");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Leader_OfAnEarlierTerm_IsRefusedAfterARestartToo()
    {
        var before = Guard();
        Ask(before, 7);
        Ask(before, 9);

        var after = Guard();
        Assert.Contains("the process of the term 9 leads now", Assert.Throws<RuntimeException>(() => Ask(after, 7)).Message);
        Ask(after, 9);
        Ask(after, 10);
        Assert.Throws<RuntimeException>(() => Ask(Guard(), 9));
    }

    /// <summary>A restart in the middle of writing leaves the whole file of before.</summary>
    [Fact]
    public void Term_HalfWritten_IsTheOneBefore()
    {
        Ask(Guard(), 7);
        System.IO.File.WriteAllText(File + ".new", "9");

        Ask(Guard(), 8);
        Assert.Throws<RuntimeException>(() => Ask(Guard(), 7));
    }

    [Fact]
    public void Term_ThatCanNotBeKept_IsFollowed_AndKeptLater()
    {
        Directory.CreateDirectory(File);
        var guard = Guard();
        Ask(guard, 7);
        Assert.Throws<RuntimeException>(() => Ask(guard, 6));

        Directory.Delete(File);
        Ask(guard, 7);
        Assert.Throws<RuntimeException>(() => Ask(Guard(), 6));
    }

    private TermGuard Guard() => new(Options.Create(new HostAgentOptions { TermPath = File }), NullLogger<TermGuard>.Instance);

    private static void Ask(TermGuard guard, long term) => guard.Check(new Metadata { { "gantry-term", $"{term}" } });
}
