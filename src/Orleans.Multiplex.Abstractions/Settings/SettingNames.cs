using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.Settings;

/// <summary>The names of all settings that there are. Case does not count.</summary>
/// <param name="names">The names of values, from the root; <see cref="Any"/> stands for a name that the user chooses.</param>
internal sealed class SettingNames(IEnumerable<string> names)
{
    /// <summary>Any name: that of an entry of a dictionary, or the index of an element of a list.</summary>
    public const string Any = "*";

    private readonly List<string[]> _names = [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Select(Split)];

    /// <summary>The names that an options class has when it is read from <paramref name="path"/>.</summary>
    public static IEnumerable<string> Of(Type type, string path) => SettingValue.IsValue(type)
        ? [path]
        : SettingsReader.GetElement(type) is { } element
            ? Of(element, $"{path}:{Any}")
            : SettingsReader.GetProperties(type).SelectMany(property => Of(property.PropertyType, $"{path}:{property.Name}"));

    /// <summary>A name as people read it.</summary>
    public static string Show(string path) => path.Replace(Any, "{name}", StringComparison.Ordinal);

    /// <summary>What is set below <paramref name="section"/> and is no setting, each with the name that was probably meant.</summary>
    public IEnumerable<string> FindUnknown(IConfigurationSection section) => section.GetChildren().SelectMany(child =>
        IsKnown(child.Path) ? FindUnknown(child) : [$"{child.Path} is not a setting; {Suggest(section.Path, child.Key)}"]);

    private static string[] Split(string path) => path.Split(ConfigurationPath.KeyDelimiter);

    private bool IsKnown(string path) => _names.Exists(name => StartsWith(name, Split(path)));

    private static bool StartsWith(string[] name, string[] path) =>
        name.Length >= path.Length && path.Zip(name).All(pair => pair.Second == Any || string.Equals(pair.First, pair.Second, StringComparison.OrdinalIgnoreCase));

    // A name in the same place comes before one that is as near elsewhere.
    private string Suggest(string parent, string key)
    {
        var place = Split(parent);
        var here = _names.Where(name => name.Length > place.Length && StartsWith(name, place)).Select(name => name[place.Length])
            .Distinct().Order(StringComparer.Ordinal).ToList();
        var anywhere = _names.SelectMany(name => Enumerable.Range(2, name.Length - 1).Select(length => name[..length]));
        var nearest = here.Select(name => (Name: name, Path: $"{parent}:{name}"))
            .Concat(anywhere.Select(path => (Name: path[^1], Path: Show(string.Join(':', path)))))
            .MinBy(known => Spelling.Distance(known.Name, key));
        return Spelling.Distance(nearest.Name, key) <= Math.Max(1, key.Length / 4)
            ? $"did you mean {nearest.Path}?"
            : here.Count > 0 ? $"there are {string.Join(", ", here)}." : $"{parent} is a value.";
    }
}
