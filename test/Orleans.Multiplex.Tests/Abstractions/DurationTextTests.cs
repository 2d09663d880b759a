using System.Globalization;
using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("00:00:00", "0 µs")]
    [InlineData("00:00:00.0000014", "1 µs")]
    [InlineData("00:00:00.0009994", "999 µs")]
    [InlineData("00:00:00.0009995", "1 ms")]
    [InlineData("00:00:00.0012340", "1.23 ms")]
    [InlineData("00:00:00.0099949", "9.99 ms")]
    [InlineData("00:00:00.0099950", "10 ms")]
    [InlineData("00:00:00.0123400", "12 ms")]
    [InlineData("00:00:00.9994999", "999 ms")]
    [InlineData("00:00:00.9995000", "1 s")]
    [InlineData("00:00:01.2500000", "1.3 s")]
    [InlineData("00:01:59.9400000", "119.9 s")]
    [InlineData("00:01:59.9500000", "2 min")]
    [InlineData("01:59:29", "119 min")]
    [InlineData("01:59:30", "2 h")]
    [InlineData("1.23:29:00", "47 h")]
    [InlineData("1.23:30:00", "2 d")]
    [InlineData("400.00:00:00", "400 d")]
    public void Of_Duration_IsInTheUnitThatSuitsIt(string time, string expected) => Assert.Equal(expected, DurationText.Of(TimeSpan.Parse(time, CultureInfo.InvariantCulture)));
}
