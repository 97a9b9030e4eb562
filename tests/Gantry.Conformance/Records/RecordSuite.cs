using Gantry.Store.Records;

namespace Gantry.Conformance.Records;

/// <summary>Record stores start with the users alice and bob, and with alice's app.</summary>
public abstract class RecordSuite : PortSuite
{
    protected IAccountStore Accounts => Port<IAccountStore>();

    protected IAppStore Apps => Port<IAppStore>();

    protected IDeploymentStore Deployments => Port<IDeploymentStore>();

    protected IContainerStore Containers => Port<IContainerStore>();

    protected IEventStore Events => Port<IEventStore>();

    public override async ValueTask InitializeAsync()
    {
        await Accounts.AddUserAsync(Samples.User("alice"), "hash-of-alice", Token);
        await Accounts.AddUserAsync(Samples.User("bob"), null, Token);
        await Apps.AddAsync(Samples.App(), Token);
    }
}
