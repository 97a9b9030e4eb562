using Gantry.Api.Http;
using Gantry.Domain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Registry;

/// <summary>The read-only part of the OCI distribution specification: every app is a repository of its name.</summary>
internal static class RegistryEndpoints
{
    private static readonly string[] _reading = ["GET", "HEAD"];

    public static IServiceCollection AddRegistry(this IServiceCollection services) =>
        services.AddSingleton<RegistryGate>().AddSingleton<AppImages>().AddSingleton<PlainLayers>().AddHostedService<RegistryCollector>();

    public static void MapRegistry(this RouteGroupBuilder root)
    {
        var registry = root.MapGroup("/v2").For(Access.Anyone).ExcludeFromDescription();
        registry.MapGet("/", (HttpContext context, RegistryGate gate) => gate.IsKnown(context) ? Results.Ok() : gate.Challenge(context, null));
        registry.MapGet("/token", IssueAsync);
        registry.MapGet("/{name}/tags/list", ListTagsAsync);
        registry.MapMethods("/{name}/manifests/{reference}", _reading, GetManifestAsync);
        registry.MapMethods("/{name}/blobs/{digest}", _reading, GetBlobAsync);
    }

    private static async Task<IResult> IssueAsync(HttpContext context, RegistryGate gate, TimeProvider time, CancellationToken token)
    {
        if (await gate.LogInAsync(context) is not { } user)
            return RegistryErrors.Unauthorized();
        var issued = await gate.IssueAsync(user, context.Request.Query["scope"].OfType<string>(), token);
        return Results.Json(new RegistryTokenReply(issued, issued, gate.LifetimeSeconds, time.GetUtcNow()), RegistryJson.Default.RegistryTokenReply);
    }

    private static async Task<IResult> ListTagsAsync(string name, HttpContext context, RegistryGate gate, AppImages images, CancellationToken token)
    {
        var (app, refusal) = await gate.EnterAsync(context, name);
        return app is null ? refusal! : Results.Json(new TagsReply(name, await images.ListTagsAsync(app, token)), RegistryJson.Default.TagsReply);
    }

    private static async Task<IResult> GetManifestAsync(
        string name, string reference, HttpContext context, RegistryGate gate, AppImages images, CancellationToken token)
    {
        var (app, refusal) = await gate.EnterAsync(context, name);
        if (app is null)
            return refusal!;
        if (await images.FindAsync(app, reference, token) is not { } manifest)
            return RegistryErrors.UnknownManifest(name, reference);
        context.Response.Headers["Docker-Content-Digest"] = manifest.Digest.Value;
        return Results.Bytes(manifest.Bytes, AppManifest.MediaType);
    }

    private static async Task<IResult> GetBlobAsync(
        string name, string digest, HttpContext context, RegistryGate gate, AppImages images, PlainLayers layers, CancellationToken token)
    {
        var (app, refusal) = await gate.EnterAsync(context, name);
        if (app is null)
            return refusal!;
        if (!Digest.IsValid(digest) || await images.FindOwnerAsync(app, new Digest(digest), token) is not { } manifest)
            return RegistryErrors.UnknownBlob(digest);
        context.Response.Headers["Docker-Content-Digest"] = digest;
        if (manifest.ConfigDigest.Value == digest)
            return Results.Bytes(manifest.Config, "application/octet-stream");
        await SendAsync(context, manifest.Layers.First(l => l.Digest.Value == digest), layers, token);
        return Results.Empty;
    }

    /// <summary>A blob that vanished or is damaged breaks the connection: the length was promised already.</summary>
    private static async Task SendAsync(HttpContext context, PlainLayer layer, PlainLayers layers, CancellationToken token)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = layer.Size;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (!await layers.WriteAsync(layer.Stored, layer.Kind, context.Response.Body, token))
            throw new InvalidOperationException($"The blob {layer.Stored} was deleted while it was asked for.");
    }
}
