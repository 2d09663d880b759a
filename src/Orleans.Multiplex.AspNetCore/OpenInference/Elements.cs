using System.Globalization;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>How an element of one type is read from JSON and written to it. Nothing is bent: what the type cannot hold is refused.</summary>
internal interface IElement<T>
{
    /// <summary>What the type takes, as the end of a sentence.</summary>
    static abstract string Expected { get; }

    /// <summary>Reads the value at the reader; false when it is none of the type's.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);

    /// <summary>Writes a value that JSON has.</summary>
    static abstract void Write(Utf8JsonWriter json, T value);
}

/// <summary>An element of a type with values that JSON does not have.</summary>
internal interface IFloatElement<T> : IElement<T>
{
    /// <summary>The same number.</summary>
    static abstract double ToDouble(T value);
}

internal readonly struct BoolElement : IElement<bool>
{
    public static string Expected => "BOOL takes true and false";

    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
    }

    public static void Write(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);
}

internal readonly struct UInt8Element : IElement<byte>
{
    public static string Expected => "UINT8 takes integers from 0 to 255";

    public static bool TryRead(ref Utf8JsonReader reader, out byte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out value);
    }

    public static void Write(Utf8JsonWriter json, byte value) => json.WriteNumberValue(value);
}

internal readonly struct UInt16Element : IElement<ushort>
{
    public static string Expected => "UINT16 takes integers from 0 to 65535";

    public static bool TryRead(ref Utf8JsonReader reader, out ushort value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out value);
    }

    public static void Write(Utf8JsonWriter json, ushort value) => json.WriteNumberValue(value);
}

internal readonly struct UInt32Element : IElement<uint>
{
    public static string Expected => "UINT32 takes integers from 0 to 4294967295";

    public static bool TryRead(ref Utf8JsonReader reader, out uint value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out value);
    }

    public static void Write(Utf8JsonWriter json, uint value) => json.WriteNumberValue(value);
}

internal readonly struct UInt64Element : IElement<ulong>
{
    public static string Expected => "UINT64 takes integers from 0 to 18446744073709551615";

    public static bool TryRead(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }

    public static void Write(Utf8JsonWriter json, ulong value) => json.WriteNumberValue(value);
}

internal readonly struct Int8Element : IElement<sbyte>
{
    public static string Expected => "INT8 takes integers from -128 to 127";

    public static bool TryRead(ref Utf8JsonReader reader, out sbyte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSByte(out value);
    }

    public static void Write(Utf8JsonWriter json, sbyte value) => json.WriteNumberValue(value);
}

internal readonly struct Int16Element : IElement<short>
{
    public static string Expected => "INT16 takes integers from -32768 to 32767";

    public static bool TryRead(ref Utf8JsonReader reader, out short value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt16(out value);
    }

    public static void Write(Utf8JsonWriter json, short value) => json.WriteNumberValue(value);
}

internal readonly struct Int32Element : IElement<int>
{
    public static string Expected => "INT32 takes integers from -2147483648 to 2147483647";

    public static bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value);
    }

    public static void Write(Utf8JsonWriter json, int value) => json.WriteNumberValue(value);
}

internal readonly struct Int64Element : IElement<long>
{
    public static string Expected => "INT64 takes integers from -9223372036854775808 to 9223372036854775807";

    public static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    public static void Write(Utf8JsonWriter json, long value) => json.WriteNumberValue(value);
}

internal readonly struct Float16Element : IFloatElement<Half>
{
    public static string Expected => "FP16 takes numbers from -65504 to 65504";

    public static bool TryRead(ref Utf8JsonReader reader, out Half value)
    {
        value = default;
        return reader.TokenType == JsonTokenType.Number
            && Half.TryParse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && Half.IsFinite(value);
    }

    public static void Write(Utf8JsonWriter json, Half value) => json.WriteNumberValue((float)value);

    public static double ToDouble(Half value) => (double)value;
}

internal readonly struct Float32Element : IFloatElement<float>
{
    public static string Expected => "FP32 takes numbers up to 3.4028235e38 in size";

    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out value) && float.IsFinite(value);
    }

    public static void Write(Utf8JsonWriter json, float value) => json.WriteNumberValue(value);

    public static double ToDouble(float value) => value;
}

internal readonly struct Float64Element : IFloatElement<double>
{
    public static string Expected => "FP64 takes numbers up to 1.7976931348623157e308 in size";

    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out value) && double.IsFinite(value);
    }

    public static void Write(Utf8JsonWriter json, double value) => json.WriteNumberValue(value);

    public static double ToDouble(double value) => value;
}

internal readonly struct BFloat16Element : IFloatElement<BrainFloat>
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

    public static void Write(Utf8JsonWriter json, BrainFloat value) => json.WriteNumberValue(value.ToSingle());

    public static double ToDouble(BrainFloat value) => value.ToSingle();
}
