using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Bus;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Store.Records;

namespace Gantry.Api.Apps;

/// <summary>Marks apps as deleted; control then removes what they made, and the record at last.</summary>
internal sealed class AppDeletion(IAppStore apps, Timeline timeline, IBus bus, TimeProvider time)
{
    public async Task DeleteAsync(App app, User by, CancellationToken token)
    {
        var now = time.GetUtcNow();
        await timeline.AddAsync("delete_app", by, app, new JsonObject(), token);
        await apps.UpdateAsync(app.Id, a => a with { DeletedAt = a.DeletedAt ?? now, UpdatedAt = now }, token);
        bus.Publish(new AppChanged(app.Id));
    }
}
