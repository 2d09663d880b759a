using Xunit;

namespace Orleans.Multiplex.Simulation.Tests;

public sealed class ArgumentsTests
{
    [Theory]
    [InlineData("", false, 1, true)]
    [InlineData("quick", false, 1, true)]
    [InlineData("full --seed 7", true, 7, true)]
    [InlineData("--seed 7 full zipf", true, 7, false)]
    [InlineData("decisions", false, 1, false)]
    [InlineData("long --seed 2", false, 2, true)]
    public void Parse_WhatMakesSense_IsTaken(string line, bool isFull, int seed, bool isWhole)
    {
        var arguments = Arguments.Parse(Split(line))!;

        Assert.Equal((isFull, seed, isWhole), (arguments.IsFull, arguments.Seed, arguments.IsWhole));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("full zipf nonsense")]
    [InlineData("--seed")]
    [InlineData("--seed x")]
    [InlineData("--seeds")]
    [InlineData("--seeds 0")]
    public void Parse_Nonsense_IsRefused(string line) => Assert.Null(Arguments.Parse(Split(line)));

    [Theory]
    [InlineData("quick", 1, 1)]
    [InlineData("quick --seeds 3", 1, 3)]
    [InlineData("--seeds 2 quick --seed 5 zipf", 5, 2)]
    public void Parse_Seeds_AreHowManyFromTheFirstOn(string line, int seed, int seeds)
    {
        var arguments = Arguments.Parse(Split(line))!;

        Assert.Equal((seed, seeds), (arguments.Seed, arguments.Seeds));
    }

    [Fact]
    public void Wanted_ABeginning_IsAllThatBeginSo() =>
        Assert.Equal(["zipf-0.6", "zipf-0.9", "zipf-1.2"], Arguments.Parse(["zipf"])!.Wanted.Select(scenario => scenario.Name));

    private static string[] Split(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
