using Gantry.Lab.Bench;
using Gantry.Lab.Data;
using Gantry.Lab.Tianchi;

namespace Gantry.Lab;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments[0] == "r")
        {
            ReassignmentBench.Hot = double.Parse(arguments[2]); ReassignmentBench.Cold = double.Parse(arguments[3]);
            foreach (var name in arguments[4..])
            {
                var f = new DataFolder(null);
                var p = Roadef.RoadefReader.Read(f.File($"roadef2012/model_{name}.txt"), f.File($"roadef2012/assignment_{name}.txt"));
                Console.WriteLine($"{name} {ReassignmentBench.Run(p, double.Parse(arguments[1]), 2, 1)}");
            }
            return 0;
        }
        var instance = TianchiInstance.Read(new DataFolder(null).File("tianchi2018/preliminary_b.zip"));
        var n = 0;
        Console.WriteLine(RepackBench.Tianchi(instance, double.Parse(arguments[0]), 2, 1, (d, c) => { if (n++ % 10 == 0) Console.WriteLine($"{d:0.00} {c:0.0}"); }));
        return 0;
    }
}
