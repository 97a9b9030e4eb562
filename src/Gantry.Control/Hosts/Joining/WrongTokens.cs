using System.Net;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts.Joining;

/// <summary>Counts wrong tokens by where they come from, a minute at a time. Nobody guesses 160 bits; it is to keep the log readable and the store idle.</summary>
internal sealed class WrongTokens(TimeProvider time, IOptions<JoiningOptions> options)
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _counts = [];
    private DateTimeOffset _began;

    public bool MustWait(IPAddress from)
    {
        lock (_gate)
            return Counts().GetValueOrDefault(from) >= options.Value.WrongTokensPerMinute;
    }

    public void Note(IPAddress from)
    {
        lock (_gate)
        {
            var counts = Counts();
            counts[from] = counts.GetValueOrDefault(from) + 1;
        }
    }

    private Dictionary<IPAddress, int> Counts()
    {
        var now = time.GetUtcNow();
        if (now - _began >= _minute)
        {
            _counts.Clear();
            _began = now;
        }

        return _counts;
    }
}
