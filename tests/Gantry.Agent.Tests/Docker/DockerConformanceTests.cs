using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Docker;

[Collection(DockerCollection.Name)]
public sealed class DockerLifecycleTests(DockerRuntimeHost host) : LifecycleSuite(host);

[Collection(DockerCollection.Name)]
public sealed class DockerSandboxTests(DockerRuntimeHost host) : SandboxSuite(host);

[Collection(DockerCollection.Name)]
public sealed class DockerTerminalTests(DockerRuntimeHost host) : TerminalSuite(host);

[Collection(DockerCollection.Name)]
public sealed class DockerUploadTests(DockerRuntimeHost host) : UploadSuite(host);

[Collection(DockerCollection.Name)]
public sealed class DockerFilesTests(DockerRuntimeHost host) : FilesSuite(host);

[Collection(DockerCollection.Name)]
public sealed class DockerNetworkTests(DockerRuntimeHost host) : NetworkSuite(host);

[Collection(DockerCollection.Name)]
public sealed class DockerDiskRateTests(DockerRuntimeHost host) : DiskRateSuite(host);
