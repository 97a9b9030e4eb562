using System.Reflection;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Api.Http;

/// <summary>The authenticated user of a request.</summary>
internal sealed record Caller(User User) : IBindableFromHttpContext<Caller>
{
    public static ValueTask<Caller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Caller?>(context.Features.GetRequired<Caller>());
}

/// <summary>The app in the address, which the caller may act on.</summary>
internal sealed record TargetApp(App App) : IBindableFromHttpContext<TargetApp>
{
    public static ValueTask<TargetApp?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<TargetApp?>(context.Features.GetRequired<TargetApp>());
}

file static class Resolved
{
    /// <summary>What the access check found; an endpoint that nobody checked has none and fails.</summary>
    public static T GetRequired<T>(this IFeatureCollection features) =>
        features.Get<T>() ?? throw new InvalidOperationException($"The endpoint asks for a {typeof(T).Name} but is open to anyone.");
}
