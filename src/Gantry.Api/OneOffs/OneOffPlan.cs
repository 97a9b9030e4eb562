using Gantry.Api.Containers;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Accounts;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Api.OneOffs;

/// <summary>Checks a run request and makes the container that it asks for.</summary>
internal sealed class OneOffPlan(IAppStore apps, IContainerStore containers, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task<Outcome<Container>> MakeAsync(App app, User user, RunRequest request, CancellationToken token)
    {
        if (app is not { CurrentDeploymentId: { } deployment, CurrentImageId: { } image })
            return Refusal.Invalid("app", $"has never been deployed, so there is nothing to run in: deploy {app.Name} first");
        var command = await FindCommandAsync(app, request, token);
        if (command.Refusal is { } noCommand)
            return noCommand;
        if (CheckEnvironment(request) is { } badEnvironment)
            return badEnvironment;
        if (Sizes.Check(request.Size) is { } badSize)
            return badSize;
        if (await CheckLimitsAsync(app, user, token) is { } tooMany)
            return tooMany;
        return new Container
        {
            Id = NewId.Container(),
            AppId = app.Id,
            DeploymentId = deployment,
            ImageId = image,
            Type = ProcessTypes.OneOff,
            Index = await containers.NextOneOffIndexAsync(app.Id, token),
            Size = (ContainerSize.Find(request.Size) ?? ContainerSize.Default).Name,
            Command = command.Value,
            ExtraEnvironment = (request.Env ?? new Dictionary<string, string?>()).ToDictionary(e => e.Key, e => e.Value ?? ""),
            Attached = request.Detached != true,
            UserId = user.Id,
            CreatedAt = time.GetUtcNow(),
        };
    }

    private async Task<Outcome<string>> FindCommandAsync(App app, RunRequest request, CancellationToken token)
    {
        if (!string.IsNullOrWhiteSpace(request.Command))
            return request.Command.Contains('\0', StringComparison.Ordinal)
                ? Refusal.Invalid("command", "may not contain a NUL character")
                : request.Command;
        if (string.IsNullOrEmpty(request.Type))
            return Refusal.Invalid("command", "can't be blank");
        var formation = await apps.GetFormationAsync(app.Id, token);
        return formation.FirstOrDefault(f => f.Type == request.Type && f.Command.Length > 0) is { } found
            ? found.Command
            : Refusal.Invalid("type", $"\"{request.Type}\" is unknown; there are: {string.Join(", ", formation.Select(f => f.Type))}");
    }

    /// <summary>Looser than for variables of an app: clients send names such as <c>_</c> from the user's shell.</summary>
    private static Refusal? CheckEnvironment(RunRequest request)
    {
        foreach (var (name, value) in request.Env ?? new Dictionary<string, string?>())
        {
            if (name.Length is 0 or > VariableRules.MaxNameLength || name.AsSpan().IndexOfAny('=', '\0') >= 0)
                return Refusal.Invalid("env", $"has the name \"{name}\": a name has 1 to {VariableRules.MaxNameLength} characters and no '='");
            if (value?.Length > VariableRules.MaxValueLength || value?.Contains('\0', StringComparison.Ordinal) == true)
                return Refusal.Invalid("env", $"has a value for {name} that is too long (maximum is {VariableRules.MaxValueLength} characters) or has a NUL character");
        }

        return null;
    }

    private async Task<Refusal?> CheckLimitsAsync(App app, User user, CancellationToken token)
    {
        var live = (await containers.ListLiveAsync(token)).Where(c => c.Type == ProcessTypes.OneOff).ToList();
        if (live.Count(c => c.AppId == app.Id) >= options.Value.MaxOneOffsPerApp)
            return Quota($"The app has {options.Value.MaxOneOffsPerApp} one-offs already, which is the limit: stop one (one-off-stop) and try again.");
        var own = (await apps.ListByOwnerAsync(user.Id, token)).Select(a => a.Id).ToHashSet();
        return live.Count(c => own.Contains(c.AppId)) >= options.Value.MaxOneOffsPerAccount
            ? Quota($"The account has {options.Value.MaxOneOffsPerAccount} one-offs already, which is the limit: stop one (one-off-stop) and try again.")
            : null;
    }

    private static Refusal Quota(string message) => new(RefusalKind.Quota, "one-off", message);
}
