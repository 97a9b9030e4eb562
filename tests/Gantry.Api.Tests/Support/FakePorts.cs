using System.Collections.Concurrent;
using Gantry.Agent.Security;
using Gantry.Contracts.Admin;
using Gantry.Domain;
using Gantry.Domain.Images;

namespace Gantry.Api.Tests.Support;

internal sealed class FakePorts : IDeploymentCache, IStackAdmin, IDoctor, ISecurityAudit
{
    public static Digest SomeDigest { get; } = new("sha256:" + new string('a', 64));
    public ConcurrentBag<AppId> DeletedCaches { get; } = [];

    public Task DeleteAsync(AppId app, CancellationToken token)
    {
        DeletedCaches.Add(app);
        return Task.CompletedTask;
    }

    public Task<Outcome<Stack>> ImportAsync(AdminImportStackBody request, CancellationToken token) =>
        Task.FromResult<Outcome<Stack>>(new Stack(
            new StackId("st-" + request.Name), request.Name!, request.Description ?? "", request.RunPath!, request.Default == true,
            SomeDigest, SomeDigest, DateTimeOffset.UtcNow, null));

    Task<IReadOnlyList<SecurityItem>> ISecurityAudit.CheckAsync(CancellationToken token) => Task.FromResult<IReadOnlyList<SecurityItem>>(
        [new SecurityItem(Checklists.Cis, "5.4", "Capabilities", SecurityVerdict.NotMet, "It has CAP_SYS_ADMIN.")]);

    public Task<IReadOnlyList<CheckResource>> CheckAsync(int? overlayPort, CancellationToken token) =>
        Task.FromResult<IReadOnlyList<CheckResource>>([new CheckResource("crun", "ok", $"crun 1.8 is installed, and overlay port {overlayPort?.ToString(null, null) ?? "none"}.", "")]);
}
