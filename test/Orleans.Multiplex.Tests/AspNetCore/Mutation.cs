using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Puts seeded faults into a valid body.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
internal static class Mutation
{
    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-1", "99999999999999999999", "0.5", "\"data\"", "\"shape\":[1099511627776]",
        "\"inputs\":[", "\\u0000", "\\ud800", "[[[[[[[[", "NaN", "\"datatype\":\"FP64\",", "/*", "\u0000", "\uFEFF",
        "\"binary_data_size\":", "\"parameters\":{", "\"binary_data\":true",
    ];

    /// <summary>A body with one to three faults.</summary>
    public static byte[] Of(ReadOnlySpan<byte> valid, Random random)
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
                case 4: body.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 5: body.RemoveRange(at, body.Count - at); break;
                default: ReplaceDigits(body, at, random); break;
            }
        }

        return [.. body];
    }

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
