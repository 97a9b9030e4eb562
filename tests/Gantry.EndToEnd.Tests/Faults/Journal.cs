using System.Collections.Concurrent;
using Gantry.EndToEnd.Tests.Faults.Checks;
using Xunit;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>What happened in a run, in order: for people who read, and for the verdict at its end.</summary>
/// <remarks>Each line is in the folder at once: a run that hangs can be read too.</remarks>
public sealed class Journal(RunClock clock, Settings settings)
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly ConcurrentQueue<FailedRequest> _failed = new();
    private readonly List<FaultWindow> _faults = [];
    private readonly CancellationTokenSource _broken = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <summary>Cancelled at the first violation: what follows would only hide it.</summary>
    public CancellationToken Broken => _broken.Token;

    public RunClock Clock => clock;

    public IReadOnlyList<string> Violations => [.. _violations];

    public IReadOnlyList<FailedRequest> Failed => [.. _failed];

    public string Text => string.Join('\n', _lines) + "\n";

    public IReadOnlyList<FaultWindow> Faults
    {
        get
        {
            lock (_faults)
                return [.. _faults];
        }
    }

    public string Counts => string.Join(", ", _counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key}"));

    public void Say(string text)
    {
        var line = FormattableString.Invariant($"{clock.Now.TotalSeconds,7:0.0} {text}");
        _lines.Enqueue(line);
        lock (_faults)
            File.AppendAllText(Path.Combine(Directory.CreateDirectory(settings.Folder).FullName, "journal.txt"), line + "\n");
        TestContext.Current.SendDiagnosticMessage(line);
    }

    public void Count(string what) => _counts.AddOrUpdate(what, 1, (_, n) => n + 1);

    public void Violate(string sentence)
    {
        _violations.Enqueue(sentence);
        Say($"VIOLATION: {sentence}");
        _broken.Cancel();
    }

    public void Fail(FailedRequest request)
    {
        _failed.Enqueue(request);
        Say(FormattableString.Invariant($"failed: {request.App ?? "the API"}: {request.What} (asked at {request.Began.TotalSeconds:0.0})"));
    }

    public void Begin(FaultWindow window)
    {
        lock (_faults)
            _faults.Add(window);
    }

    public void Update(PlannedFault fault, Func<FaultWindow, FaultWindow> change)
    {
        lock (_faults)
        {
            var index = _faults.FindIndex(f => f.Fault == fault);
            _faults[index] = change(_faults[index]);
        }
    }

    /// <summary>Of a good run nothing stays, unless a folder was named.</summary>
    public void Close()
    {
        if (Environment.GetEnvironmentVariable("GANTRY_FAULTS_FOLDER") is null)
            Directory.Delete(settings.Folder, recursive: true);
    }

    /// <summary>Every failed request that no fault explains is a violation.</summary>
    public void Judge()
    {
        foreach (var request in Failed.Where(f => Explanations.Of(f, Faults) is null))
            Violate(FormattableString.Invariant(
                $"no fault explains a failed request: {request.App ?? "the API"}: {request.What} (asked at {request.Began.TotalSeconds:0.0}, ended at {request.Ended.TotalSeconds:0.0})"));
    }
}
