using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The header that says how many bytes of a body are its JSON; raw tensor bytes follow them.</summary>
internal static class BinaryHeader
{
    public const string Name = "Inference-Header-Content-Length";

    /// <summary>Reads the header of a request: null without it, 0 when the whole body is the bytes of one tensor.</summary>
    /// <exception cref="InvalidInputException">It is no number of bytes, or there are several.</exception>
    public static long? Read(HttpRequest request, string model)
    {
        if (!request.Headers.TryGetValue(Name, out var values))
        {
            return null;
        }

        return long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new InvalidInputException(
                model, "", $"The header {Name} is '{Excerpt(values.ToString())}'; it must be the number of bytes of the JSON at the begin of the body, once.");
    }

    private static string Excerpt(string value) => value.Length <= 40 ? value : $"{value[..40]}…";
}
