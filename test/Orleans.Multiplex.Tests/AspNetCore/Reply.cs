using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>An answer, read to its end.</summary>
internal sealed record Reply(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The body as it came.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Error => Json.GetProperty("error").GetString()!;

    public static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new Reply(
            response.StatusCode,
            Encoding.UTF8.GetString(bytes),
            response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase))
        {
            Bytes = bytes,
        };
    }

    /// <summary>Checks that the answer is an error of this status, in the protocol's form.</summary>
    public Reply IsError(HttpStatusCode status, params string[] parts)
    {
        Assert.True(status == Status, $"{Status}: {Text}");
        Assert.Equal("application/json", Headers["Content-Type"]);
        foreach (var part in parts)
        {
            Assert.Contains(part, Error, StringComparison.Ordinal);
        }

        return this;
    }

    public Reply IsOk()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{Status}: {Text}");
        Assert.Equal("application/json", Headers["Content-Type"]);
        return this;
    }
}
