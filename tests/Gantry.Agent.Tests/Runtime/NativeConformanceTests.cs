using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Runtime;

public sealed class NativeLifecycleTests(TestHost host) : LifecycleSuite(host);

public sealed class NativeSandboxTests(TestHost host) : SandboxSuite(host);

public sealed class NativeTerminalTests(TestHost host) : TerminalSuite(host);

public sealed class NativeUploadTests(TestHost host) : UploadSuite(host);

public sealed class NativeFilesTests(TestHost host) : FilesSuite(host);

public sealed class NativeNetworkTests(TestHost host) : NetworkSuite(host);

public sealed class NativeDiskRateTests(TestHost host) : DiskRateSuite(host);
