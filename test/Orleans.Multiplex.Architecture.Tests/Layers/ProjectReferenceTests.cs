using System.Xml.Linq;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Layers;

public sealed class ProjectReferenceTests
{
    private const string Abstractions = "Orleans.Multiplex.Abstractions";
    private const string Client = "Orleans.Multiplex.Client";
    private const string Silo = "Orleans.Multiplex";

    /// <summary>The table to change when the house changes: each project of src, and which projects it may name.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        [Abstractions] = [],
        [Client] = [Abstractions],
        [Silo] = [Abstractions],
        ["Orleans.Multiplex.OnnxRuntime"] = [Silo],
        ["Orleans.Multiplex.Redis"] = [Silo],
        ["Orleans.Multiplex.S3"] = [Silo],
        ["Orleans.Multiplex.AspNetCore"] = [Client],
        ["Orleans.Multiplex.Dashboard"] = ["Orleans.Multiplex.AspNetCore"],
        ["Orleans.Multiplex.OpenTelemetry"] = [Silo, "Orleans.Multiplex.AspNetCore"],
    };

    public static TheoryData<string> Libraries => [.. Repository.Libraries];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Library_References_PointOneWay(string library)
    {
        Assert.True(MayReference.TryGetValue(library, out var allowed), $"{library} is not in the table of {nameof(ProjectReferenceTests)}.");

        Findings.None(References(Repository.Read($"src/{library}/{library}.csproj"), "ProjectReference").Except(allowed!)
            .Select(reference => $"{library} may not reference {reference}."));
    }

    [Fact]
    public void Abstractions_Packages_AreOrleansAlone() =>
        Assert.Equal(["Microsoft.Orleans.Sdk"], References(Repository.Read($"src/{Abstractions}/{Abstractions}.csproj"), "PackageReference"));

    [Fact]
    public void References_PlantedProject_AreSeen() => Assert.Equal(
        ["A.B", "C"],
        References("""<Project><ItemGroup><ProjectReference Include="../A.B/A.B.csproj" /><ProjectReference Include="..\C\C.csproj" /></ItemGroup></Project>""", "ProjectReference"));

    private static List<string> References(string project, string kind) =>
    [
        .. XDocument.Parse(project).Descendants(kind)
            .Select(reference => reference.Attribute("Include")!.Value.Split('/', '\\')[^1])
            .Select(name => name.EndsWith(".csproj", StringComparison.Ordinal) ? name[..^".csproj".Length] : name),
    ];
}
