using System.Text;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>Bounds what an error repeats of a request, whose names may be as long as its body.</summary>
internal static class ErrorText
{
    /// <summary>The most bytes of an error over HTTP: room for the names of many models.</summary>
    public const int MaxHttpBytes = 16 << 10;

    /// <summary>The most bytes of an error over gRPC, which goes in a header: percent-encoded, three times as many pass the usual limit of 8 kB.</summary>
    public const int MaxRpcBytes = 1 << 10;

    /// <summary>The most bytes of a name within an error: as long as a model's id.</summary>
    public const int MaxNameBytes = 256;

    /// <summary>The text, with an ellipsis for its end where it has more bytes of UTF-8.</summary>
    public static string Cut(string text, int bytes)
    {
        if (text.Length <= bytes / 3 || Encoding.UTF8.GetByteCount(text) <= bytes)
        {
            return text;
        }

        var length = 0;
        var left = bytes;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return $"{text[..length]}…";
    }
}
