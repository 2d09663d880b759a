using Microsoft.Extensions.Configuration;
using Orleans.Multiplex.Settings;
using Xunit;

namespace Orleans.Multiplex.Tests.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Read_NothingSet_LeavesTheDefaults()
    {
        var (options, faults) = Read();

        Assert.Empty(faults);
        Assert.Equal((7, 1, 2, null), (options.Count, options.Fixed, options.Parts.Inner, options.Optional));
        Assert.Equal(["default"], options.List);
    }

    [Fact]
    public void Read_EveryKindOfValue_IsTaken()
    {
        var (options, faults) = Read(
            ("Text", ""), ("flag", "TRUE"), ("Count", "-3"), ("Big", "9999999999"), ("Share", "0.25"), ("Colour", "darkblue"), ("Shades", "dark, Light"),
            ("Time", "00:00:01.5"), ("Size", "2KiB"));

        Assert.Empty(faults);
        Assert.Equal(("", true, -3, 9999999999L, 0.25), (options.Text, options.Flag, options.Count, options.Big, options.Share));
        Assert.Equal(Shades.Light | Shades.Dark, options.Shades);
        Assert.Equal((Colour.DarkBlue, TimeSpan.FromSeconds(1.5), new ByteSize(2048)), (options.Colour, options.Time, options.Size));
    }

    [Fact]
    public void Read_WhatHasNamesBelowIt_IsFilledAndKeepsWhatIsNotSet()
    {
        var (options, faults) = Read(
            ("Parts:Inner", "9"), ("Optional:Other", "8"), ("ByName:THERE:Other", "1"), ("ByName:new:Inner", "4"), ("Texts:a", "b"), ("List:0", "x"), ("List:1", "y"));

        Assert.Empty(faults);
        Assert.Equal((9, 3), (options.Parts.Inner, options.Parts.Other));
        Assert.Equal((2, 8), (options.Optional!.Inner, options.Optional.Other));
        Assert.Equal((5, 1), (options.ByName["there"].Inner, options.ByName["there"].Other));
        Assert.Equal((4, 3), (options.ByName["new"].Inner, options.ByName["new"].Other));
        Assert.Equal("b", options.Texts["a"]);
        Assert.Equal(["x", "y"], options.List);
    }

    [Theory]
    [InlineData("Flag", "yes", "true or false")]
    [InlineData("Count", "three", "a whole number of at most 2147483647, for instance 3")]
    [InlineData("Count", "2147483648", "a whole number of at most 2147483647, for instance 3")]
    [InlineData("Count", "1.5", "a whole number of at most 2147483647, for instance 3")]
    [InlineData("Count", "", "a whole number of at most 2147483647, for instance 3")]
    [InlineData("Big", "x", "a whole number, for instance 3")]
    [InlineData("Share", "half", "a number, for instance 0.5")]
    [InlineData("Colour", "Green", "one of Red, DarkBlue")]
    [InlineData("Colour", "1", "one of Red, DarkBlue")]
    [InlineData("Colour", "Red,DarkBlue", "one of Red, DarkBlue")]
    [InlineData("Shades", "Light,Grey", "one or more of Light, Dark, with commas between them")]
    [InlineData("Shades", "None", "one or more of Light, Dark, with commas between them")]
    [InlineData("Shades", "3", "one or more of Light, Dark, with commas between them")]
    [InlineData("Shades", "", "one or more of Light, Dark, with commas between them")]
    [InlineData("Time", "soon", "a time in hours:minutes:seconds, for instance 00:00:30")]
    [InlineData("Time", "60", "a time in hours:minutes:seconds, for instance 00:00:30")]
    [InlineData("Size", "-1", "a number of bytes, for instance 512MiB")]
    [InlineData("Parts:Inner", "x", "a whole number of at most 2147483647, for instance 3")]
    [InlineData("ByName:new:Inner", "x", "a whole number of at most 2147483647, for instance 3")]
    public void Read_UnreadableValue_SaysWhatCameAndWhatIsExpected(string name, string value, string expected)
    {
        var (options, faults) = Read((name, value), ("Text", "read all the same"));

        Assert.Equal($"Multiplex:Some:{name} is '{value}'; it must be {expected}.", Assert.Single(faults));
        Assert.Equal(("read all the same", 7, 2), (options.Text, options.Count, options.Parts.Inner));
    }

    [Theory]
    [InlineData("Parts", "Multiplex:Some:Parts:Inner")]
    [InlineData("ByName", "Multiplex:Some:ByName:{name}:Inner")]
    [InlineData("ByName:there", "Multiplex:Some:ByName:there:Inner")]
    public void Read_ValueWhereNamesBelong_ShowsANameAndNotTheValue(string name, string expected)
    {
        var (_, faults) = Read((name, "secret"));

        var fault = Assert.Single(faults);
        Assert.EndsWith($"for instance {expected}.", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private static (SomeOptions Options, List<string> Faults) Read(params (string Name, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Multiplex:Some:{value.Name}", (string?)value.Value)))
            .Build();
        var options = new SomeOptions();
        return (options, SettingsReader.Read(configuration.GetSection("Multiplex:Some"), options));
    }
}
