using Gantry.Supervisor;

using var loop = new EventLoop(TimeProvider.System);
loop.After(TimeSpan.FromMilliseconds(10), loop.Stop);
loop.Run();
