namespace Gantry.Contracts.V1;

public sealed record VariableResource(string? Id, string? Name, string? Value);

public sealed record VariableReply(VariableResource Variable);

public sealed record VariablesReply(IReadOnlyList<VariableResource> Variables);

public sealed record VariableRequest(VariableResource? Variable);

public sealed record VariablesRequest(IReadOnlyList<VariableResource?>? Variables);

public sealed record DeleteVariablesRequest(IReadOnlyList<string?>? VariableIds);
