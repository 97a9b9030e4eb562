using System.Globalization;
using Gantry.Lab.Data;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Roadef;

/// <summary>Reads instances of the ROADEF/EURO challenge 2012: whitespace-separated integers.</summary>
internal static class RoadefReader
{
    public static ReassignmentProblem Read(string model, string assignment) => Parse(File.ReadAllText(model), File.ReadAllText(assignment));

    public static ReassignmentProblem Parse(string model, string assignment)
    {
        var numbers = new Numbers(model, "model");
        var resources = numbers.Many(n => new ReassignmentResource(n.Next() == 1, n.Next()));
        var machineCount = (int)numbers.Next();
        var machines = numbers.Times(machineCount, n =>
            new ReassignmentMachine((int)n.Next(), (int)n.Next(), n.Vector(resources.Length), n.Vector(resources.Length), n.Vector(machineCount)));
        var services = numbers.Many(n => new ReassignmentService((int)n.Next(), [.. n.Many(d => (int)d.Next())]));
        var processes = numbers.Many(n => new ReassignmentProcess((int)n.Next(), n.Vector(resources.Length), n.Next()));
        var balances = numbers.Many(n => new ReassignmentBalance((int)n.Next(), (int)n.Next(), n.Next(), n.Next()));
        var weights = numbers.Vector(3);
        var initial = new Numbers(assignment, "assignment").Times(processes.Length, n => (int)n.Next());
        return Array.Exists(initial, m => m < 0 || m >= machineCount)
            ? throw new LabException("The assignment names a machine that the model does not have. The two files are not of one instance.")
            : new ReassignmentProblem(resources, machines, services, processes, balances, weights[0], weights[1], weights[2], initial);
    }

    private sealed class Numbers(string text, string what)
    {
        private int _at;

        public long Next()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            var from = _at;
            while (_at < text.Length && !char.IsWhiteSpace(text[_at])) _at++;
            return long.TryParse(text.AsSpan(from, _at - from), CultureInfo.InvariantCulture, out var value) ? value
                : throw new LabException(from == text.Length ? $"The {what} ends too early. It is damaged." : $"The {what} has '{text[from.._at]}' where a number should be.");
        }

        public long[] Vector(int count) => Times(count, n => n.Next());

        public T[] Many<T>(Func<Numbers, T> read) => Times((int)Next(), read);

        public T[] Times<T>(int count, Func<Numbers, T> read)
        {
            var values = new T[count];
            for (var i = 0; i < count; i++) values[i] = read(this);
            return values;
        }
    }
}
