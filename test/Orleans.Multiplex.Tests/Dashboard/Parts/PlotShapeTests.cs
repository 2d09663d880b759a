using System.Globalization;
using CsCheck;
using Orleans.Multiplex.Dashboard.Parts;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Parts;

public sealed class PlotShapeTests
{
    // One unit from slot to slot.
    private const int Width = SiloHistory.MostSlots - 1;

    // The line is drawn a unit inside of it: y from 1 at the top to 101 at the bottom.
    private const int Height = 102;

    [Theory]
    [InlineData(0.03, 0.05)]
    [InlineData(0.2, 0.2)]
    [InlineData(0.21, 0.5)]
    [InlineData(1, 1)]
    [InlineData(1.01, 2)]
    [InlineData(4, 5)]
    [InlineData(5, 5)]
    [InlineData(5.1, 10)]
    [InlineData(999, 1000)]
    [InlineData(1000, 1000)]
    [InlineData(1001, 2000)]
    public void FindTop_TheLargestValue_FitsUnderTheNextStep(double most, double expected) => Assert.Equal(expected, PlotShape.FindTop([null, most / 2, most, 0]), 1e-12);

    [Fact]
    public void FindTop_NothingAboveZero_IsOne()
    {
        Assert.Equal(1, PlotShape.FindTop([]));
        Assert.Equal(1, PlotShape.FindTop([null, null]));
        Assert.Equal(1, PlotShape.FindTop([0, null, 0]));
    }

    [Fact]
    public void FindTop_AnyValue_IsNotBelowItAndNotFarAbove() =>
        Gen.Double[1e-9, 1e12].Select(Gen.Int[-9, 12]).Sample(static (value, power) =>
        {
            // Values just below and at powers of ten are where a logarithm may err.
            foreach (var one in new[] { value, Math.Pow(10, power), Math.BitDecrement(Math.Pow(10, power)), Math.BitIncrement(Math.Pow(10, power)) })
            {
                var top = PlotShape.FindTop([one]);
                Assert.InRange(top, one, one * 2.5001);
            }
        });

    [Fact]
    public void Lines_NoValues_AreNone()
    {
        Assert.Empty(Lines());
        Assert.Empty(Lines(null, null));
    }

    [Fact]
    public void Lines_WithoutAGap_AreOneThatEndsAtTheRight() => Assert.Equal(["177,101 178,51 179,1"], Lines(0, 5, 10));

    [Fact]
    public void Lines_AQuarterOfAnHour_FillsTheWidth()
    {
        var points = Assert.Single(Lines([.. Enumerable.Repeat<double?>(0, SiloHistory.MostSlots)])).Split(' ');

        Assert.Equal(SiloHistory.MostSlots, points.Length);
        Assert.Equal(("0,101", "179,101"), (points[0], points[^1]));
    }

    [Fact]
    public void Lines_OneValue_IsAPointAtTheRight() => Assert.Equal(["179,1"], Lines(10));

    [Fact]
    public void Lines_Gaps_SeparateThemAndTakeTheirTime() => Assert.Equal(["174,1 175,1", "177,51"], Lines(null, 10, 10, null, 5, null, null));

    [Fact]
    public void Lines_ValuesOutsideOfTheScale_StayInThePicture() => Assert.Equal(["178,1 179,101"], Lines(99, -1));

    [Fact]
    public void Lines_FractionsInAnyCulture_HaveAPoint()
    {
        var before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        other.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = other;
        try
        {
            var line = Assert.Single(PlotShape.Lines([0, 1.0 / 3], top: 1, width: 540, Height));

            Assert.Equal("537,101 540,67.7", line);
            Assert.Equal("536.5,102 536.5,1 540,67.7 540,102", PlotShape.Close("536.5,1 540,67.7", Height));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Close_Line_GoesDownToTheBottomAtBothEnds() => Assert.Equal("177,102 177,101 178,51 179,1 179,102", PlotShape.Close("177,101 178,51 179,1", Height));

    [Fact]
    public void Close_Point_IsAnAreaWithoutWidth() => Assert.Equal("179,102 179,1 179,102", PlotShape.Close("179,1", Height));

    private static IEnumerable<string> Lines(params double?[] values) => PlotShape.Lines(values, top: 10, Width, Height);
}
