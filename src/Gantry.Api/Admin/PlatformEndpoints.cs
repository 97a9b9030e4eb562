using Gantry.Agent.Security;
using Gantry.Api.Http;
using Gantry.Contracts.Admin;
using Gantry.Domain.Images;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

internal static class PlatformEndpoints
{
    private const string Sources = "the absolute path of a tarball or OCI layout on the server, or an image of a registry (docker://HOST/NAME:TAG)";

    public static void MapPlatform(this RouteGroupBuilder admin)
    {
        admin.MapGet("/stacks", ListStacksAsync).Produces<AdminStacksReply>().WithSummary("Stacks with their digests");
        admin.MapPost("/stacks", ImportStackAsync).Produces<AdminStackReply>(StatusCodes.Status201Created)
            .WithSummary("Import a root file system (tarball or OCI layout on the server, or an image of a registry) as a stack");
        admin.MapGet("/doctor", CheckAsync).Produces<DoctorReply>()
            .WithSummary("Checks of the machine, and what to fix; overlay_port=4789 looks whether it is fit for an overlay between hosts, too");
        admin.MapGet("/doctor/security", async (ISecurityAudit audit, CancellationToken token) =>
                Reply.Ok(new SecurityReply([.. (await audit.CheckAsync(token)).Select(ToWire)])))
            .Produces<SecurityReply>().WithSummary("Items of the CIS Docker benchmark and of NIST SP 800-190, by what is seen on the host");
    }

    private static async Task<IResult> CheckAsync([FromQuery(Name = "overlay_port")] int? overlayPort, IDoctor doctor, CancellationToken token) =>
        overlayPort is < 1 or > 65535
            ? Reply.Invalid("overlay_port", "must be a number from 1 to 65535")
            : Reply.Ok(new DoctorReply(await doctor.CheckAsync(overlayPort, token)));

    private static async Task<IResult> ListStacksAsync(IDeploymentStore deployments, CancellationToken token) =>
        Reply.Ok(new AdminStacksReply([.. (await deployments.ListStacksAsync(token)).Select(ToWire)]));

    private static async Task<IResult> ImportStackAsync(JsonBody<AdminImportStackRequest> body, IStackAdmin stacks, CancellationToken token)
    {
        var wanted = body.Require(b => b.Stack, "stack");
        if (string.IsNullOrWhiteSpace(wanted.Name))
            return Reply.Invalid("name", "can't be blank");
        if (!IsSource(wanted.RunPath))
            return Reply.Invalid("run_path", $"must be {Sources}");
        if (wanted.BuildPath is not null && !IsSource(wanted.BuildPath))
            return Reply.Invalid("build_path", $"must be {Sources}");
        var imported = await stacks.ImportAsync(wanted, token);
        return imported.Refusal is { } refusal ? Reply.Refused(refusal) : Reply.Created(new AdminStackReply(ToWire(imported.Value)));
    }

    private static SecurityItemResource ToWire(SecurityItem item) => new(
        item.Checklist, item.Number, item.Title,
        item.Verdict switch { SecurityVerdict.Met => "met", SecurityVerdict.NotMet => "not met", _ => "not applicable" }, item.Seen);

    /// <summary>Relative paths would be of the server's working directory, which nobody means.</summary>
    private static bool IsSource(string? source) =>
        !string.IsNullOrWhiteSpace(source) && (Path.IsPathFullyQualified(source) || source.StartsWith("docker://", StringComparison.Ordinal));

    private static AdminStackResource ToWire(Stack s) => new(
        s.Id.Value, s.Name, s.Description, s.BaseImage, s.IsDefault, s.RunDigest.Value, s.BuildDigest.Value, s.CreatedAt, s.DeprecatedAt);
}
