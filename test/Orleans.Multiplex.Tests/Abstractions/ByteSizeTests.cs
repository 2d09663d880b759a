using System.ComponentModel;
using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1048576)]
    [InlineData("512B", 512)]
    [InlineData("2KB", 2000)]
    [InlineData("2KiB", 2048)]
    [InlineData(" 1.5 MiB ", 1572864)]
    [InlineData("512mib", 536870912)]
    [InlineData("3GB", 3000000000)]
    [InlineData("1TiB", 1099511627776)]
    [InlineData("1TB", 1000000000000)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void TryParse_NumberWithOrWithoutUnit_IsRead(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size.Bytes);
        Assert.Equal(new ByteSize(bytes), TypeDescriptor.GetConverter(typeof(ByteSize)).ConvertFromInvariantString(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("1,5GB")]
    [InlineData("1e3")]
    [InlineData("12 potatoes")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999TiB")]
    [InlineData("99999999999999999999999999999999")]
    public void TryParse_AnythingElse_IsRefused(string? text)
    {
        Assert.False(ByteSize.TryParse(text, out _));
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => TypeDescriptor.GetConverter(typeof(ByteSize)).ConvertFromInvariantString(text));
        }
    }

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1536, "1.5KiB")]
    [InlineData(536870912, "512MiB")]
    [InlineData(1099511627776, "1TiB")]
    public void ToString_LargestUnitThatReadsWell_AndIsReadBack(long bytes, string text)
    {
        Assert.Equal(text, new ByteSize(bytes).ToString());
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size.Bytes);
    }
}
