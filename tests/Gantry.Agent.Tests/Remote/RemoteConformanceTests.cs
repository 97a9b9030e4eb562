using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Remote;

/// <summary>Control sees the containers of another host as those of its own.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteLifecycleTests(RemoteTestHost host) : LifecycleSuite(host);

[Collection(RemoteCollection.Name)]
public sealed class RemoteTerminalTests(RemoteTestHost host) : TerminalSuite(host);

[Collection(RemoteCollection.Name)]
public sealed class RemoteUploadTests(RemoteTestHost host) : UploadSuite(host);
