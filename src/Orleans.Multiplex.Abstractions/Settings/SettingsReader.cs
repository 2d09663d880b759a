using System.Collections;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.Settings;

/// <summary>
/// Reads a section into an options class. Unlike the configuration binder it does not stop at the first value that it cannot read.
/// </summary>
/// <remarks>
/// A property is a value (see <see cref="SettingValue"/>), a class of further properties, a dictionary by name, or a list, which replaces the
/// default one.
/// </remarks>
internal static class SettingsReader
{
    /// <summary>Fills <paramref name="options"/> with what is set and can be read.</summary>
    /// <returns>What is wrong with the values that cannot be read.</returns>
    public static List<string> Read(IConfigurationSection section, object options)
    {
        var faults = new List<string>();
        ReadProperties(section, options, faults);
        return faults;
    }

    /// <summary>What the settings may set on an options class.</summary>
    public static IEnumerable<PropertyInfo> GetProperties(Type options) => options
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.GetSetMethod() is not null || !SettingValue.IsValue(property.PropertyType));

    /// <summary>The type of what a dictionary by name or a list holds; null for anything else.</summary>
    public static Type? GetElement(Type type)
    {
        var collection = type.GetInterfaces().Append(type)
            .FirstOrDefault(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(ICollection<>))?.GetGenericArguments()[0];
        return collection is { IsGenericType: true } && collection.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            ? collection.GetGenericArguments()[1]
            : collection;
    }

    private static void ReadProperties(IConfigurationSection section, object options, List<string> faults)
    {
        foreach (var property in GetProperties(options.GetType()))
        {
            var value = Read(section.GetSection(property.Name), property.PropertyType, property.GetValue(options), faults);
            property.GetSetMethod()?.Invoke(options, [value]);
        }
    }

    // What is not set, or cannot be read, stays as it is.
    private static object? Read(IConfigurationSection setting, Type type, object? present, List<string> faults)
    {
        if (SettingValue.IsValue(type))
        {
            if (setting.Value is not { } text)
                return present;
            if (SettingValue.TryRead(type, text, out var value))
                return value;
            faults.AddRange(Rules.Require(false, setting.Path, $"'{text}'", SettingValue.Describe(type)));
            return present;
        }

        // What stands there may be a secret, so it is not repeated. JSON's [] and {} come as an empty value.
        if (!string.IsNullOrEmpty(setting.Value))
            faults.Add($"{setting.Path} has a value of its own; it must have names below it, for instance {SettingNames.Show(SettingNames.Of(type, setting.Path).First())}.");

        var children = setting.GetChildren().ToList();
        if (children.Count == 0)
            return present;

        var whole = present ?? Activator.CreateInstance(type)!;
        switch (whole)
        {
            case IDictionary named:
                children.ForEach(child => named[child.Key] = Read(child, GetElement(type)!, named[child.Key], faults));
                break;
            case IList list:
                list.Clear();
                children.ForEach(child => list.Add(Read(child, GetElement(type)!, null, faults)));
                break;
            default:
                ReadProperties(setting, whole, faults);
                break;
        }

        return whole;
    }
}
