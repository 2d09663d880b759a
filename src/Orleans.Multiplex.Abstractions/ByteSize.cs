using System.ComponentModel;
using System.Globalization;

namespace Orleans.Multiplex;

/// <summary>A number of bytes as people write it in settings: <c>512MiB</c>, <c>2GB</c>, <c>1048576</c>.</summary>
/// <param name="Bytes">The number of bytes; not negative.</param>
[TypeConverter(typeof(ByteSizeConverter))]
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000L), ("MB", 1_000_000L), ("GB", 1_000_000_000L), ("TB", 1_000_000_000_000L),
        ("B", 1L),
    ];

    /// <summary>Reads a number with an optional unit (B, KB, MB, GB, TB in powers of 1000; KiB, MiB, GiB, TiB in powers of 1024).</summary>
    public static bool TryParse(string? text, out ByteSize size)
    {
        size = default;
        var number = (text ?? "").Trim();
        var factor = 1L;
        foreach (var unit in Units)
        {
            if (number.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^unit.Suffix.Length].TrimEnd();
                factor = unit.Factor;
                break;
            }
        }

        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            || value > long.MaxValue / factor)
        {
            return false;
        }

        size = new ByteSize((long)(value * factor));
        return true;
    }

    /// <summary>The size in the largest binary unit that keeps it readable.</summary>
    public override string ToString()
    {
        for (var i = 3; i >= 0; i--)
        {
            if (Bytes >= Units[i].Factor)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(double)Bytes / Units[i].Factor:0.##}{Units[i].Suffix}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Bytes}B");
    }

    private sealed class ByteSizeConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

        public override object ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            TryParse(value as string, out var size)
                ? size
                : throw new FormatException($"'{value}' is not a number of bytes; write for instance 512MiB.");
    }
}
