using System.CommandLine;
using Gantry.Server.Commands;

var config = new Option<FileInfo?>("--config") { Description = "Configuration file (JSON)", Recursive = true };
var root = new RootCommand("gantryd: the Gantry platform on this host")
{
    ServeCommand.Create(config),
    AgentCommand.Create(config),
    AddUserCommand.Create(config),
    ImportStackCommand.Create(config),
    StopHostCommand.Create(config),
    MigrateCommand.Create(config),
    BackupCommand.Create(config),
    RestoreCommand.Create(config),
};
root.Options.Add(config);
return await root.Parse(args).InvokeAsync();
