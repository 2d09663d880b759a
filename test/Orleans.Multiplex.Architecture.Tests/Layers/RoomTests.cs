using System.Collections.Immutable;
using ArchUnitNET.Loader;
using Orleans.Multiplex.Architecture.Tests.Sources;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Layers;

public sealed class RoomTests
{
    private const string House = "Orleans.Multiplex";

    /// <summary>The table to change when the house changes: each room, and which other rooms it may use.</summary>
    private static readonly ImmutableDictionary<string, string[]> MayUse = new Dictionary<string, string[]>
    {
        ["Telemetry"] = [],
        ["Storage"] = ["Telemetry"],
        ["Residency"] = ["Storage", "Telemetry"],
        ["Execution"] = ["Residency", "Storage", "Telemetry"],
        ["Loading"] = ["Execution", "Residency", "Storage", "Telemetry"],
        ["Placement"] = ["Loading", "Execution", "Residency", "Storage", "Telemetry"],
        ["Grains"] = ["Placement", "Loading", "Execution", "Residency", "Storage", "Telemetry"],
        ["Hosting"] = ["Grains", "Placement", "Loading", "Execution", "Residency", "Storage", "Telemetry"],
    }.ToImmutableDictionary();

    // A type's room is the folder of its file: the public types of several rooms share one namespace.
    private static readonly Dictionary<string, string> RoomOfType = Repository.SourceFiles
        .Where(file => file.StartsWith($"src/{House}/", StringComparison.Ordinal) && file.Split('/').Length > 3)
        .SelectMany(file => SourceType.In(file, Repository.Read(file)))
        .DistinctBy(type => type.FullName)
        .ToDictionary(type => type.FullName, type => type.File.Split('/')[2]);

    [Fact]
    public void Rooms_OfTheSilo_UseOnlyRoomsBelowThem()
    {
        Findings.None(RoomOfType.Values.Distinct().Except(MayUse.Keys).Select(room => $"{room} is not in the table of {nameof(RoomTests)}."));
        var house = new ArchLoader().LoadAssemblies(Repository.Load(House)).Build();
        var seen = house.Types.Count(type => RoomOfType.ContainsKey(type.FullName));

        Findings.None(new Rooms(MayUse, RoomOfType.GetValueOrDefault).Violations(house));

        Assert.True(seen >= RoomOfType.Count / 2, $"Only {seen} of {RoomOfType.Count} types were found in the assembly.");
    }

    [Fact]
    public void Rooms_PlantedViolations_AreAllSeen()
    {
        var table = new Dictionary<string, string[]> { ["Upper"] = ["Lower"], ["Lower"] = [] }.ToImmutableDictionary();
        var prefix = typeof(Planted.Upper.Attic).Namespace![..^"Upper".Length];
        var house = new ArchLoader().LoadAssemblies(typeof(RoomTests).Assembly).Build();

        var violations = new Rooms(table, name => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..].Split('.')[0] : null).Violations(house);

        var expected = from user in typeof(RoomTests).Assembly.GetTypes()
                       where user.Namespace == prefix + "Lower" && user is { IsNested: false } && user.Name.StartsWith("Uses", StringComparison.Ordinal)
                       orderby user.FullName
                       select $"Lower may not use Upper: {user.FullName} uses {prefix}Upper.Attic.";
        Assert.Equal(8, violations.Count);
        Assert.Equal(expected, violations);
    }
}
