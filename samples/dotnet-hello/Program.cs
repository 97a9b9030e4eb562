// A small web service on the framework alone.
var app = WebApplication.CreateBuilder(args).Build();

var name = Environment.GetEnvironmentVariable("APP") ?? "dotnet-hello";

app.MapGet("/", () => $"Hello from {name} in .NET {Environment.Version.Major}\n");
app.MapGet("/healthz", () => "ok\n");

app.Run();
