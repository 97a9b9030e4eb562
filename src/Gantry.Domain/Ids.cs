namespace Gantry.Domain;

/// <summary>Id of an account, <c>us-…</c>.</summary>
public readonly record struct UserId(string Value) { public override string ToString() => Value; }

/// <summary>Id of an API token, <c>tk-us-…</c>; not the secret itself.</summary>
public readonly record struct TokenId(string Value) { public override string ToString() => Value; }

/// <summary>Id of an SSH public key.</summary>
public readonly record struct KeyId(string Value) { public override string ToString() => Value; }

/// <summary>Id of an app, <c>ap-…</c>; survives renames.</summary>
public readonly record struct AppId(string Value) { public override string ToString() => Value; }

/// <summary>Id of an environment variable of an app.</summary>
public readonly record struct VariableId(string Value) { public override string ToString() => Value; }

/// <summary>Id of a deployment, which is also the id of the release it makes.</summary>
public readonly record struct DeploymentId(string Value) { public override string ToString() => Value; }

/// <summary>Id of a built image.</summary>
public readonly record struct ImageId(string Value) { public override string ToString() => Value; }

/// <summary>Id of one container; a restart makes a new container with a new id.</summary>
public readonly record struct ContainerId(string Value) { public override string ToString() => Value; }

/// <summary>Id of a host: the name its machine had when it joined; stays when the machine is renamed.</summary>
public readonly record struct HostId(string Value) { public override string ToString() => Value; }

/// <summary>Id of an asynchronous operation (scale, restart, start of a one-off).</summary>
public readonly record struct OperationId(string Value) { public override string ToString() => Value; }

/// <summary>Id of an entry in the audit timeline.</summary>
public readonly record struct EventId(string Value) { public override string ToString() => Value; }

/// <summary>Id of a stack, <c>st-…</c>.</summary>
public readonly record struct StackId(string Value) { public override string ToString() => Value; }
