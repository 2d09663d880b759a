using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Sources;

public sealed class SourceFileTests
{
    private const int MostLines = 300;

    private static readonly string[] BannedSuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Engine", "Impl", "Service"];

    // Orleans' own term, and the one which the mission gives.
    private static readonly string[] AllowedNames = ["GrainService", "EvictionService"];

    // The compiler generates the other part of the first, for top-level statements; DispatchProxy derives from the second, BenchmarkDotNet from the third.
    private static readonly string[] OpenByNature = ["Program", "FakeProxy", "RunOverhead"];

    // A family: how each element type is read and written, one beside the other.
    private static readonly string[] Families = ["Elements.cs"];

    private static readonly List<SourceType> Types = [.. Repository.SourceFiles.SelectMany(file => SourceType.In(file, Repository.Read(file)))];

    [Fact]
    public void SourceFiles_Length_IsAtMost300Lines()
    {
        Assert.NotEmpty(Repository.SourceFiles);

        Findings.None(Repository.SourceFiles.Where(file => IsTooLong(Repository.Read(file))));
    }

    [Fact]
    public void SourceFiles_OfTheProduct_HaveOneTypeEach() => Findings.None(
        SourceFilesOfSeveralTypes(Types.Where(static type => !type.File.StartsWith("test/", StringComparison.Ordinal)))
            .Where(static file => !Families.Contains(Path.GetFileName(file))));

    [Theory]
    [InlineData("internal sealed class A\n{\n    private sealed class B\n    {\n    }\n}\n", false)]
    [InlineData("internal sealed class A;\n\ninternal enum B\n{\n}\n", true)]
    public void SourceFilesOfSeveralTypes_PlantedFile_IsSeen(string text, bool expected) =>
        Assert.Equal(expected, SourceFilesOfSeveralTypes(SourceType.In("f.cs", $"namespace N;\n\n{text}")).Any());

    [Fact]
    public void Types_Names_SayWhatTheTypeIs() => Findings.None(Types.Where(type => IsBanned(type.Name)).Select(type => $"{type.File}: {type.Name}"));

    [Fact]
    public void Types_Classes_AreSealedAbstractOrStatic() => Findings.None(
        Types.GroupBy(type => type.FullName)
            .Where(parts => !parts.Any(part => part.IsSealed || OpenByNature.Contains(part.Name)))
            .Select(parts => $"{parts.First().File}: {parts.Key}"));

    [Theory]
    [InlineData(300, false)]
    [InlineData(301, true)]
    public void IsTooLong_PlantedFile_IsSeen(int lines, bool expected) => Assert.Equal(expected, IsTooLong(string.Concat(Enumerable.Repeat("x\n", lines))));

    [Theory]
    [InlineData("ModelManager", true)]
    [InlineData("IModelService", true)]
    [InlineData("StringUtils", true)]
    [InlineData("EvictionService", false)]
    [InlineData("ResidencyGrainService", false)]
    [InlineData("IEvictionService", false)]
    [InlineData("ModelLoader", false)]
    [InlineData("UncommonName", false)]
    public void IsBanned_PlantedName_IsSeen(string name, bool expected) => Assert.Equal(expected, IsBanned(name));

    [Theory]
    [InlineData("public class Open", "Open", false)]
    [InlineData("    private class Nested", "Nested", false)]
    [InlineData("public partial class Open<T>(int x) : Base", "Open", false)]
    [InlineData("public record Open(int X);", "Open", false)]
    [InlineData("internal sealed partial class Shut", "Shut", true)]
    [InlineData("public abstract class Base", "Base", true)]
    [InlineData("static class Shut", "Shut", true)]
    [InlineData("public sealed record Shut(int X);", "Shut", true)]
    [InlineData("public readonly record struct Shut(int X);", "Shut", true)]
    [InlineData("internal interface IAny", "IAny", true)]
    public void IsSealed_PlantedDeclaration_IsSeen(string line, string name, bool expected)
    {
        var type = Assert.Single(SourceType.In("f.cs", $"namespace N.M;\n\n/// <summary>A class of its own.</summary>\n{line}\n"));

        Assert.Equal(("N.M." + name, expected), (type.FullName, type.IsSealed));
    }

    private static IEnumerable<string> SourceFilesOfSeveralTypes(IEnumerable<SourceType> types) =>
        types.Where(static type => !type.IsNested).GroupBy(static type => type.File).Where(static file => file.Count() > 1).Select(static file => file.Key);

    private static bool IsTooLong(string text) => text.AsSpan().TrimEnd('\n').Count('\n') + 1 > MostLines;

    private static bool IsBanned(string name) =>
        BannedSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)) && !AllowedNames.Any(allowed => name.EndsWith(allowed, StringComparison.Ordinal));
}
