using System.Text.RegularExpressions;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Sources;

/// <summary>
/// A model that a request names is checked against the caller's key where its text becomes a key (<c>RequestModel.Admit</c>), so nothing else of
/// the HTTP side makes one.
/// </summary>
public sealed partial class RequestModelTests
{
    [Fact]
    public void ModelKeys_OfTheHttpSide_AreMadeInAccessAlone()
    {
        var files = Repository.SourceFiles.Where(static file => file.StartsWith("src/Orleans.Multiplex.AspNetCore/", StringComparison.Ordinal)).ToList();
        Assert.Contains(files, static file => MakesKey(Repository.Read(file)));

        Findings.None(files.Where(static file => !file.StartsWith("src/Orleans.Multiplex.AspNetCore/Access/", StringComparison.Ordinal) && MakesKey(Repository.Read(file))));
    }

    [Theory]
    [InlineData("var key = ModelKey.Parse(text);", true)]
    [InlineData("return ModelKey.TryParse(text, out key, out _);", true)]
    [InlineData("ModelKey.Create(id, 2)", true)]
    [InlineData("ModelKey.MaxIdLength", false)]
    [InlineData("RequestModel.Admit(context, text)", false)]
    public void MakesKey_PlantedLine_IsSeen(string line, bool expected) => Assert.Equal(expected, MakesKey(line));

    private static bool MakesKey(string text) => Key().IsMatch(text);

    [GeneratedRegex(@"\bModelKey\s*\.\s*(Parse|TryParse|Create)\b")]
    private static partial Regex Key();
}
