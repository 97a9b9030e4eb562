using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gantry.Architecture.Tests;

/// <summary>Behind each port there may be several engines, and nobody but their own folder knows which.</summary>
public sealed class AdapterTests
{
    private static readonly HashSet<string> _adapterFolders =
        ["Sqlite", "Postgres", "Sql", "FileBlobs", "S3Blobs", "InProcess", "Etcd", "Nats", "Native", "Docker"];

    private static readonly string[] _programs = ["src/Gantry.Server", "src/Gantry.Cli", "src/Gantry.Lab"];

    /// <summary>The only folders that may name a driver.</summary>
    private static readonly Dictionary<string, string[]> _homes = new()
    {
        ["Microsoft.Data.Sqlite"] = ["src/Gantry.Store/Sqlite"],
        ["SQLitePCL"] = ["src/Gantry.Store/Sqlite"],
        ["Dapper"] = ["src/Gantry.Store/Sql"],
        ["Npgsql"] = ["src/Gantry.Store/Postgres"],
        ["Amazon"] = ["src/Gantry.Store/S3Blobs"],
        ["dotnet_etcd"] = ["src/Gantry.Coordination/Etcd"],
        ["Etcdserverpb"] = ["src/Gantry.Coordination/Etcd"],
        ["NATS"] = ["src/Gantry.Bus/Nats"],
        ["Docker"] = ["src/Gantry.Agent/Runtime/Docker"],
        ["Yarp"] = ["src/Gantry.Router"],
    };

    [Fact]
    public void Adapter_InItsFolder_ShowsOnlyItsRegistrationAndOptions() => Rule.Holds(
        from file in SourceTree.Sources
        where file.Folder.Split('/').Any(_adapterFolders.Contains)
        from type in PublicTypes(file)
        where !type.Identifier.Text.EndsWith("Options", StringComparison.Ordinal) && !IsRegistration(type)
        select $"{file}: {type.Identifier.Text} must be internal: only options and a static class of AddX methods leave an adapter.");

    [Fact]
    public void Driver_Used_IsNamedInItsOwnFolderOnly() => Rule.Holds(
        from file in SourceTree.Sources
        from name in file.All<UsingDirectiveSyntax>().Select(u => u.Name?.ToString() ?? "").Concat(file.All<QualifiedNameSyntax>().Select(q => q.ToString())).Distinct()
        from home in _homes
        where IsInside(name, home.Key) && !home.Value.Any(folder => IsBelow(file.Path, folder))
        select $"{file} names {name}, which belongs in {string.Join(", ", home.Value)}.");

    [Fact]
    public void Configuration_Read_IsReadByTheProgramsOnly() => Rule.Holds(
        from file in SourceTree.Sources
        where !_programs.Any(folder => IsBelow(file.Path, folder))
        where file.All<IdentifierNameSyntax>().Any(n => n.Identifier.Text is "IConfiguration" or "IConfigurationSection" or "IConfigurationRoot")
        select $"{file} reads configuration: take an options class and let Gantry.Server bind it.");

    private static IEnumerable<BaseTypeDeclarationSyntax> PublicTypes(SourceFile file) =>
        file.All<BaseTypeDeclarationSyntax>().Where(t => t.Modifiers.Any(SyntaxKind.PublicKeyword) && t.Parent is BaseNamespaceDeclarationSyntax);

    private static bool IsRegistration(BaseTypeDeclarationSyntax type) =>
        type is ClassDeclarationSyntax { Modifiers: var modifiers } registration && modifiers.Any(SyntaxKind.StaticKeyword)
        && registration.Members.OfType<MethodDeclarationSyntax>().Where(m => m.Modifiers.Any(SyntaxKind.PublicKeyword))
            .All(m => m.Identifier.Text.StartsWith("Add", StringComparison.Ordinal) || m.Identifier.Text.StartsWith("Map", StringComparison.Ordinal));

    private static bool IsInside(string name, string ns) => name == ns || name.StartsWith(ns + ".", StringComparison.Ordinal);

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);
}
