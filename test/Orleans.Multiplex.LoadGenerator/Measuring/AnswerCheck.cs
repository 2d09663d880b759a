using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.LoadGenerator.Measuring;

/// <summary>Whether an answer has the numbers that it must have.</summary>
internal static class AnswerCheck
{
    // Rows that run together are added up in another order than alone.
    private const float Tolerance = 1e-4f;

    public static bool IsRight(Call call, ReadOnlySpan<byte> body) =>
        call.Expected.IsEmpty || (call.IsJson ? IsRightJson(call.Expected.Span, body) : IsRightTail(call.Expected.Span, body));

    private static bool IsRightTail(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> body)
    {
        if (body.EndsWith(expected))
        {
            return true;
        }

        if (body.Length < expected.Length)
        {
            return false;
        }

        var tail = body[^expected.Length..];
        for (var i = 0; i < expected.Length; i += sizeof(float))
        {
            if (!IsClose(MemoryMarshal.Read<float>(tail[i..]), MemoryMarshal.Read<float>(expected[i..])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsRightJson(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> body)
    {
        var start = body.IndexOf("\"data\":["u8);
        if (start < 0)
        {
            return false;
        }

        var rest = body[(start + "\"data\":["u8.Length)..];
        for (var i = 0; i < expected.Length; i += sizeof(float))
        {
            if (!Utf8Parser.TryParse(rest, out float value, out var read) || !IsClose(value, MemoryMarshal.Read<float>(expected[i..])) || read == rest.Length)
            {
                return false;
            }

            var isLast = i + sizeof(float) == expected.Length;
            if (rest[read] != (isLast ? (byte)']' : (byte)','))
            {
                return false;
            }

            rest = rest[(read + 1)..];
        }

        return true;
    }

    private static bool IsClose(float value, float expected) => MathF.Abs(value - expected) <= Tolerance * MathF.Max(1, MathF.Abs(expected));
}
