using System.Xml.Linq;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Sources;

/// <summary>The analyzer of banned APIs passes over a list that has another name than it knows, and over projects that do not hand it one, without a word.</summary>
public sealed class BannedSymbolsTests
{
    private const string BuildFile = "Directory.Build.props";
    private const string Here = "$(MSBuildThisFileDirectory)";

    [Fact]
    public void List_OfBannedSymbols_IsSeenByTheAnalyzer()
    {
        var list = Assert.Single(Lists(Repository.Read(BuildFile)));

        Assert.True(IsSeen(list), $"The analyzer does not read '{list}'.");
        Assert.Contains("P:System.DateTime.UtcNow", Repository.Read(list), StringComparison.Ordinal);
    }

    [Fact]
    public void BuildFiles_BelowTheRoot_HandOnTheList()
    {
        string[] files = [.. Directory.EnumerateFiles(Repository.Root, BuildFile, SearchOption.AllDirectories).Where(static file => Path.GetDirectoryName(file) != Repository.Root)];
        Assert.NotEmpty(files);

        Findings.None(files.Where(static file => !HandsOn(File.ReadAllText(file))).Select(static file => Path.GetRelativePath(Repository.Root, file)));
    }

    [Theory]
    [InlineData("BannedSymbols.txt", true)]
    [InlineData("lists/BannedSymbols.Time.txt", true)]
    [InlineData(".BannedSymbols.txt", false)]
    [InlineData("Banned/Symbols.txt", false)]
    [InlineData("BannedSymbols.md", false)]
    public void IsSeen_PlantedName_AsTheAnalyzerDoes(string file, bool expected) => Assert.Equal(expected, IsSeen(file));

    [Theory]
    [InlineData("""<Project><ItemGroup><AdditionalFiles Include="$(MSBuildThisFileDirectory)a/BannedSymbols.txt" /></ItemGroup></Project>""", "a/BannedSymbols.txt")]
    [InlineData("""<Project><ItemGroup><AdditionalFiles Include="$(MSBuildThisFileDirectory).BannedSymbols.txt" /></ItemGroup></Project>""", ".BannedSymbols.txt")]
    [InlineData("""<Project><ItemGroup><None Include="$(MSBuildThisFileDirectory)BannedSymbols.txt" /></ItemGroup></Project>""", null)]
    [InlineData("<Project />", null)]
    public void Lists_PlantedBuildFile_AreRead(string project, string? expected) => Assert.Equal(expected is null ? [] : [expected], Lists(project));

    [Theory]
    [InlineData("""<Project><Import Project="$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))" /></Project>""", true)]
    [InlineData("""<Project><Import Project="others.props" /></Project>""", false)]
    [InlineData("<Project />", false)]
    public void HandsOn_PlantedBuildFile_IsSeen(string project, bool expected) => Assert.Equal(expected, HandsOn(project));

    // Not by its Link: the analyzer looks at the file's own name.
    private static bool IsSeen(string file) =>
        Path.GetFileName(file) is var name && name.StartsWith("BannedSymbols.", StringComparison.Ordinal) && name.EndsWith(".txt", StringComparison.Ordinal);

    private static List<string> Lists(string project) =>
    [
        .. XDocument.Parse(project).Descendants("AdditionalFiles")
            .Select(static file => file.Attribute("Include")!.Value)
            .Where(static file => file.Contains("Banned", StringComparison.Ordinal))
            .Select(static file => file.Replace(Here, "", StringComparison.Ordinal)),
    ];

    private static bool HandsOn(string project) =>
        XDocument.Parse(project).Descendants("Import").Any(static import => import.Attribute("Project")!.Value.Contains($"GetPathOfFileAbove('{BuildFile}'", StringComparison.Ordinal));
}
