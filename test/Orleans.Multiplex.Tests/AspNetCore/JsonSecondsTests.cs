using System.Text;
using System.Text.Json;
using Orleans.Multiplex.AspNetCore.Bodies;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class JsonSecondsTests
{
    [Theory]
    [InlineData(null, "null")]
    [InlineData(0L, "0")]
    [InlineData(14L, "1E-06")]
    [InlineData(12_345_678L, "1.234568")]
    [InlineData(864_000_000_000L, "86400")]
    public void WriteSeconds_Duration_IsSecondsToAMicrosecond(long? ticks, string expected)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteSeconds("x", ticks is { } known ? TimeSpan.FromTicks(known) : null);
            json.WriteEndObject();
        }

        Assert.Equal($$"""{"x":{{expected}}}""", Encoding.UTF8.GetString(stream.ToArray()));
    }
}
