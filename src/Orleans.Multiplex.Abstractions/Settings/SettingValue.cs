using System.ComponentModel;
using System.Globalization;

namespace Orleans.Multiplex.Settings;

/// <summary>A single value of the settings: text, or anything that is written as text. Numbers and times are written the same in every culture.</summary>
internal static class SettingValue
{
    /// <summary>Whether the type is a value, rather than something with names below it.</summary>
    public static bool IsValue(Type type) => TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    /// <summary>Reads a value. An empty text is one only where any text is.</summary>
    public static bool TryRead(Type type, string text, out object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        value = null;

        // A plain number counts days, which nobody means; an enum's number says nothing to its reader.
        if ((type == typeof(TimeSpan) && !text.Contains(':', StringComparison.Ordinal)) || (type.IsEnum && !AreNames(type, text)))
        {
            return false;
        }

        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFrom(null, CultureInfo.InvariantCulture, text);
            return value is not null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>What a value of the type looks like, with an example.</summary>
    public static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            { IsEnum: true } when IsSet(type) => $"one or more of {string.Join(", ", GetNames(type))}, with commas between them",
            { IsEnum: true } => $"one of {string.Join(", ", GetNames(type))}",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) => $"a whole number of at most {int.MaxValue}, for instance 3",
            _ when type == typeof(long) => "a whole number, for instance 3",
            _ when type == typeof(double) => "a number, for instance 0.5",
            _ when type == typeof(TimeSpan) => "a time in hours:minutes:seconds, for instance 00:00:30",
            _ when type == typeof(ByteSize) => "a number of bytes, for instance 512MiB",
            _ => $"a {type.Name}",
        };
    }

    private static bool AreNames(Type type, string text) =>
        (IsSet(type) ? text.Split(',', StringSplitOptions.TrimEntries) : [text]).All(name => GetNames(type).Contains(name, StringComparer.OrdinalIgnoreCase));

    // An enum of flags is a set of names; that of the empty set is for code.
    private static bool IsSet(Type type) => type.IsDefined(typeof(FlagsAttribute), inherit: false);

    private static IEnumerable<string> GetNames(Type type) =>
        Enum.GetNames(type).Where(name => !IsSet(type) || Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture) != 0);
}
