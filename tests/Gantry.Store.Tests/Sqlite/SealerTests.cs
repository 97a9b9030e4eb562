using System.Security.Cryptography;
using Gantry.Store.Secrets;

namespace Gantry.Store.Tests.Sqlite;

public sealed class SealerTests
{
    [Fact]
    public void SealAndOpen_ManyThreadsAtOnce_EveryValueComesBack()
    {
        using var sealer = new Sealer();
        sealer.Unlock(RandomNumberGenerator.GetBytes(32));

        Parallel.For(0, 20_000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            var text = new string((char)('a' + i % 26), 1 + i % 300);
            Assert.Equal(text, sealer.Open("owner", "name", sealer.Seal("owner", "name", text)));
        });
    }
}
