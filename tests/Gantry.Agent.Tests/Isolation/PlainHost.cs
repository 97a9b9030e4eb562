using Gantry.Agent.Tests.Support;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>A host that does as if its kernel could not map owners: containers have plain users of their own.</summary>
public sealed class PlainHost() : TestHost("p", plainIds: true);

/// <summary>All tests of such a host share one.</summary>
[CollectionDefinition(Name)]
public sealed class PlainCollection : ICollectionFixture<PlainHost>
{
    public const string Name = "plain ids";
}
