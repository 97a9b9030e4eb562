using System.CommandLine;
using Gantry.Lab.Commands;
using Gantry.Lab.Data;

namespace Gantry.Lab;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        var root = new RootCommand("gantry-lab: Gantry's own scheduler on recorded and published loads.")
        {
            PlaceCommand.Create(), ReplayCommand.Create(), RepackCommand.Create(), WhatIfCommand.Create(), CompareCommand.Create(), BenchCommand.Create(),
        };
        try
        {
            return root.Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (LabException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
