using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>Puts seeded faults into something valid.</summary>
/// <param name="Tokens">What has a meaning to the parser, and is put where it does not belong.</param>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
internal sealed record Mutation(params byte[][] Tokens)
{
    /// <summary>Faults of JSON.</summary>
    public static Mutation Json { get; } = Text(
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-1", "99999999999999999999", "0.5", "\"data\"", "\"shape\":[1099511627776]",
        "\"inputs\":[", "\\u0000", "\\ud800", "[[[[[[[[", "NaN", "\"datatype\":\"FP64\",", "/*", "\u0000", "\uFEFF",
        "\"binary_data_size\":", "\"parameters\":{", "\"binary_data\":true", "\"ready\":", "\"\\ud800\":1,");

    /// <summary>Faults of paths, which stay printable.</summary>
    public static Mutation Path { get; } = Text(
        "/", "//", "%2F", "%2f", "%252F", "..", "%2E%2E", "@", "@1", "@0", "@99999999999999999999", "%00", "%0A", "%20", "%C3%A9", "%FF", "%", "?", "#",
        "/versions/", "/versions/1", "models", "/ready", "\\", ":", ";", "{model}", "*");

    /// <summary>Faults of encoded messages: numbers without end, huge lengths, groups, deep nesting, text that is no UTF-8.</summary>
    public static Mutation Protobuf { get; } = new(
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [.. Enumerable.Repeat((byte)0x80, 12)],
        [0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],
        [0x3A, 0x80, 0x80, 0x80, 0x80, 0x08],
        [0x3A, 0x00],
        [0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], // a dimension of 2^40
        [0x1A, 0x06, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20],
        [0x2A, 0x00],
        [0x0A, 0x01, 0xFF],
        [0x0B],
        [0x0C],
        [.. Enumerable.Repeat((byte)0x0B, 200)],
        [0x00]);

    /// <summary>Something valid with one to three faults.</summary>
    public byte[] Of(ReadOnlySpan<byte> valid, Random random)
    {
        var body = new List<byte>();
        body.AddRange(valid);
        for (var faults = random.Next(1, 4); faults > 0 && body.Count > 0; faults--)
        {
            var at = random.Next(body.Count);
            var length = random.Next(1, Math.Min(20, body.Count - at) + 1);
            switch (random.Next(7))
            {
                case 0: body[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: body[at] = (byte)random.Next(256); break;
                case 2: body.RemoveRange(at, length); break;
                case 3: body.InsertRange(random.Next(body.Count), body.GetRange(at, length)); break;
                case 4: body.InsertRange(at, Tokens[random.Next(Tokens.Length)]); break;
                case 5: body.RemoveRange(at, body.Count - at); break;
                default: ReplaceDigits(body, at, random); break;
            }
        }

        return [.. body];
    }

    private static Mutation Text(params IEnumerable<string> tokens) => new([.. tokens.Select(Encoding.UTF8.GetBytes)]);

    private static void ReplaceDigits(List<byte> body, int at, Random random)
    {
        var digit = body.FindIndex(at, static value => value is >= (byte)'0' and <= (byte)'9');
        if (digit >= 0)
        {
            body.RemoveAt(digit);
            body.InsertRange(digit, Encoding.ASCII.GetBytes(random.Next(3) == 0 ? "1099511627776" : $"{random.Next(10)}"));
        }
    }
}
