using Gantry.Domain;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Gantry.Build.Buildpacks;

/// <summary>What <c>bin/release</c> said: YAML with <c>addons</c>, <c>config_vars</c> and <c>default_process_types</c>.</summary>
internal sealed record ReleaseInfo(
    IReadOnlyList<string> Addons, IReadOnlyDictionary<string, string> ConfigVars, IReadOnlyDictionary<string, string> ProcessTypes)
{
    private static readonly Dictionary<string, string> None = [];

    public static ReleaseInfo Empty { get; } = new([], None, None);

    public static Outcome<ReleaseInfo> Parse(string text)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            if (yaml.Documents.Count == 0 || IsNull(yaml.Documents[0].RootNode))
                return Empty;
            return yaml.Documents[0].RootNode is YamlMappingNode root
                ? new ReleaseInfo(List(root, "addons"), Map(root, "config_vars"), Map(root, "default_process_types"))
                : Broken("it is not a mapping");
        }
        catch (YamlException e)
        {
            return Broken($"line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static Refusal Broken(string why) => Refusal.Invalid("buildpack",
        $"The buildpack's bin/release did not print the YAML of the contract (addons, config_vars, default_process_types): {why.TrimEnd('.')}. Fix the buildpack, or use another one.");

    private static List<string> List(YamlMappingNode root, string key) =>
        Child(root, key) is YamlSequenceNode list ? [.. list.Children.OfType<YamlScalarNode>().Select(n => n.Value ?? "")] : [];

    private static Dictionary<string, string> Map(YamlMappingNode root, string key) =>
        Child(root, key) is YamlMappingNode map
            ? map.Children.Where(c => c is { Key: YamlScalarNode, Value: YamlScalarNode })
                .ToDictionary(c => ((YamlScalarNode)c.Key).Value ?? "", c => ((YamlScalarNode)c.Value).Value ?? "", StringComparer.Ordinal)
            : None;

    private static YamlNode? Child(YamlMappingNode root, string key) =>
        root.Children.FirstOrDefault(c => c.Key is YamlScalarNode { Value: { } name } && name.TrimStart(':') == key).Value;

    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Value: null or "" or "~" or "null" };
}
