using Gantry.Agent.Tests.Docker;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>What an app that means harm can try in its container, and what the kernel answers. The attempts are the C files beside.</summary>
public abstract class EscapeSuite(EscapeRun run)
{
    [Theory]
    [InlineData("mounting", 15, "ENOSYS EPERM")]
    [InlineData("namespaces", 26, "ENOSYS EPERM")]
    [InlineData("kernel", 32, "ENOSYS EPERM")]
    [InlineData("privilege", 9, "EPERM EACCES EINVAL")]
    [InlineData("other processes", 11, "ESRCH ENOENT EPERM")]
    [InlineData("descriptors", 6, "EBADF ENOENT EACCES EROFS ETXTBSY")]
    [InlineData("stack", 11, "EROFS EACCES EXDEV EBUSY")]
    [InlineData("masked files", 13, "ENODATA ENOENT EACCES")]
    [InlineData("sealed files", 21, "EACCES EPERM EROFS ENOENT EIO EISDIR")]
    [InlineData("control groups", 1, "EROFS")]
    [InlineData("control group folders", 1, "EROFS")]
    [InlineData("devices", 6, "EPERM EACCES")]
    [InlineData("host files", 12, "ENOENT")]
    [InlineData("gain", 5, "EPERM")]
    [InlineData("bounds", 4, "ENOSPC EACCES EMFILE ENOMEM EPERM")]
    [InlineData("socket families", 31, "ENOSYS EPERM")]
    [InlineData("socket options", 5, "EPERM")]
    [InlineData("network configuration", 9, "EPERM")]
    [InlineData("source addresses", 3, "EINVAL ENETUNREACH EADDRNOTAVAIL")]
    [InlineData("IPv6", 5, "EADDRNOTAVAIL ENETUNREACH")]
    public void Attempts_InAContainer_AreRefused(string group, int least, string errors)
    {
        var attempts = run.Results.Where(a => a.Group == group).ToList();
        Assert.True(attempts.Count >= least, $"Only {attempts.Count} were made: {string.Join(", ", attempts.Select(a => a.Name))}");
        Assert.DoesNotContain(attempts, a => !errors.Split(' ').Contains(a.Result));
    }

    [Fact]
    public void Attempts_ThroughTheDoorsOfOtherArchitectures_AreKilled() =>
        Assert.All(run.Results.Where(a => a.Group == "other doors"), a => Assert.Equal("KILLED", a.Result));

    [Fact]
    public void WhatAnAppNeeds_IsAllowed()
    {
        var allowed = run.Results.Where(a => a.Group == "allowed").ToList();
        Assert.Equal(3, allowed.Count);
        Assert.All(allowed, a => Assert.Equal("DONE", a.Result));
    }
}

public sealed class NativeEscapeTests(NativeEscapeRun run) : EscapeSuite(run), IClassFixture<NativeEscapeRun>;

[Collection(PlainCollection.Name)]
public sealed class PlainEscapeTests(PlainEscapeRun run) : EscapeSuite(run), IClassFixture<PlainEscapeRun>;

[Collection(DockerCollection.Name)]
public sealed class DockerEscapeTests(DockerEscapeRun run) : EscapeSuite(run), IClassFixture<DockerEscapeRun>;
