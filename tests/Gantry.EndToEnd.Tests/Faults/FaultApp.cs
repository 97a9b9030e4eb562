using System.Collections.Concurrent;
using Gantry.EndToEnd.Tests.Faults.Checks;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>One app of the suite, and what is known of it by what was acknowledged.</summary>
public sealed class FaultApp(string name, int size, string release)
{
    public string Name { get; } = name;

    public Register<int> Size { get; } = new(size);

    public Register<string> Release { get; } = new(release);

    /// <summary>The stored value of the variable VALUE.</summary>
    public Register<string> Value { get; } = new("");

    /// <summary>The value that running containers may show: it is taken at their start.</summary>
    public Register<string> Shown { get; } = new("");

    /// <summary>By run: the last line it said it wrote, when, and where it ran.</summary>
    public ConcurrentDictionary<string, (int Written, TimeSpan At, string Address)> Runs { get; } = new();

    /// <summary>
    /// Its answers say which app and release they are of, which run of it answered, and how many lines that has written. A line
    /// is written before it is counted in an answer.
    /// </summary>
    public static string Source(string app, string release) =>
        $$"""
        const fs = require('fs'), os = require('os'), run = require('crypto').randomBytes(6).toString('hex'), booted = Date.now();
        const address = Object.values(os.networkInterfaces()).flat().find(a => !a.internal && a.family === 'IPv4').address;
        let written = 0;
        function write(text) {
          for (let from = 0, bytes = Buffer.from(text); from < bytes.length;) {
            try { from += fs.writeSync(1, bytes, from); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
          }
        }
        require('http').createServer((request, response) => {
          write('line ' + run + ' ' + (written + 1) + '\n');
          written++;
          response.end(JSON.stringify({ app: '{{app}}', release: '{{release}}', label: process.env.CONTAINER, run, booted, address, written, value: process.env.VALUE || '' }));
        }).listen(process.env.PORT);
        """;
}
