using System.Globalization;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>How an element of one type is read from JSON. Nothing is bent: what the type cannot hold is refused.</summary>
internal interface IElement<T>
{
    /// <summary>What the type takes, as the end of a sentence.</summary>
    static abstract string Expected { get; }

    /// <summary>Reads the value at the reader; false when it is none of the type's.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);
}

internal readonly struct BoolElement : IElement<bool>
{
    public static string Expected => "BOOL takes true and false";

    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
    }
}

internal readonly struct UInt8Element : IElement<byte>
{
    public static string Expected => "UINT8 takes integers from 0 to 255";

    public static bool TryRead(ref Utf8JsonReader reader, out byte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out value);
    }
}

internal readonly struct UInt16Element : IElement<ushort>
{
    public static string Expected => "UINT16 takes integers from 0 to 65535";

    public static bool TryRead(ref Utf8JsonReader reader, out ushort value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out value);
    }
}

internal readonly struct UInt32Element : IElement<uint>
{
    public static string Expected => "UINT32 takes integers from 0 to 4294967295";

    public static bool TryRead(ref Utf8JsonReader reader, out uint value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out value);
    }
}

internal readonly struct UInt64Element : IElement<ulong>
{
    public static string Expected => "UINT64 takes integers from 0 to 18446744073709551615";

    public static bool TryRead(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }
}

internal readonly struct Int8Element : IElement<sbyte>
{
    public static string Expected => "INT8 takes integers from -128 to 127";

    public static bool TryRead(ref Utf8JsonReader reader, out sbyte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSByte(out value);
    }
}

internal readonly struct Int16Element : IElement<short>
{
    public static string Expected => "INT16 takes integers from -32768 to 32767";

    public static bool TryRead(ref Utf8JsonReader reader, out short value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt16(out value);
    }
}

internal readonly struct Int32Element : IElement<int>
{
    public static string Expected => "INT32 takes integers from -2147483648 to 2147483647";

    public static bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value);
    }
}

internal readonly struct Int64Element : IElement<long>
{
    public static string Expected => "INT64 takes integers from -9223372036854775808 to 9223372036854775807";

    public static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }
}

internal readonly struct Float16Element : IElement<Half>
{
    public static string Expected => "FP16 takes numbers from -65504 to 65504";

    public static bool TryRead(ref Utf8JsonReader reader, out Half value)
    {
        value = default;
        return reader.TokenType == JsonTokenType.Number
            && Half.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && Half.IsFinite(value);
    }
}

internal readonly struct Float32Element : IElement<float>
{
    public static string Expected => "FP32 takes numbers up to 3.4028235e38 in size";

    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out value) && float.IsFinite(value);
    }
}

internal readonly struct Float64Element : IElement<double>
{
    public static string Expected => "FP64 takes numbers up to 1.7976931348623157e308 in size";

    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value) && double.IsFinite(value);
    }
}

internal readonly struct BFloat16Element : IElement<BrainFloat>
{
    public static string Expected => "BF16 takes numbers up to 3.3895314e38 in size";

    public static bool TryRead(ref Utf8JsonReader reader, out BrainFloat value)
    {
        value = default;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var number))
        {
            return false;
        }

        value = BrainFloat.Round(number);
        return value.IsFinite;
    }
}
