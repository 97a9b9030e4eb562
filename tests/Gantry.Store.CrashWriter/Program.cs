using Gantry.Conformance.Blobs;
using Gantry.Conformance.Records;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Gantry.Store.Records;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

// Writes until it is killed, and prints each acknowledgement: what a test then must find.
var folder = args[1];
await using var services = new ServiceCollection()
    .AddSqliteStore(o => o.DatabasePath = Path.Combine(folder, "gantry.db"))
    .AddFileBlobs(o => o.Directory = Path.Combine(folder, "blobs"))
    .BuildServiceProvider();
await (args[0] == "records" ? WriteRecordsAsync() : WriteBlobAsync());

async Task WriteRecordsAsync()
{
    await services.GetRequiredService<IAccountStore>().AddUserAsync(Samples.User(), null, default);
    await services.GetRequiredService<IAppStore>().AddAsync(Samples.App(), default);
    await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => AddEventsAsync(writer))));
}

async Task AddEventsAsync(int writer)
{
    for (var i = 0; ; i++)
    {
        await services.GetRequiredService<IEventStore>().AddAsync(Samples.Event($"ev-{writer}-{i}"), default);
        Console.WriteLine($"ev-{writer}-{i}");
    }
}

// The content stops half-way without an end: the draft is open when the kill comes.
Task WriteBlobAsync() =>
    services.GetRequiredService<IBlobStore>().PutAsync(new StallingStream(() => Console.WriteLine("half-way")), long.MaxValue, default);
