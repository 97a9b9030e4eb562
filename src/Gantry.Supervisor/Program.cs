using Gantry.Supervisor;

if (args is not [var optionsFile])
{
    Console.Error.WriteLine("The supervisor is started by gantryd: Gantry.Supervisor OPTIONS.json");
    return 2;
}
new SupervisorHost(SupervisorHost.ReadOptions(optionsFile)).Run();
return 0;
