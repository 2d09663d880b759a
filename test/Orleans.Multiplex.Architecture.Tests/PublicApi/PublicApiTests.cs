using PublicApiGenerator;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.PublicApi;

/// <summary>
/// What each project of src shows to its users, against the text that was last looked at. To accept a change that is meant:
/// <c>MULTIPLEX_ACCEPT_API=1 dotnet run --project test/Orleans.Multiplex.Architecture.Tests</c>, and read the diff.
/// </summary>
public sealed class PublicApiTests
{
    private static readonly bool Accept = Environment.GetEnvironmentVariable("MULTIPLEX_ACCEPT_API") == "1";

    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        DenyNamespacePrefixes = ["OrleansCodeGen", "System", "Microsoft"],
    };

    public static TheoryData<string> Libraries => [.. Repository.Libraries];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void PublicApi_OfLibrary_IsTheApprovedOne(string library)
    {
        var actual = FindShown(library).GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = Path.Combine(Repository.Root, "test", "Orleans.Multiplex.Architecture.Tests", "PublicApi", library + ".txt");
        if (Accept)
            File.WriteAllText(file, actual);
        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";

        Assert.True(
            approved == actual,
            $"The public API of {library} has changed:\n{Difference(approved, actual)}\nIf that is meant, run\n"
            + "  MULTIPLEX_ACCEPT_API=1 dotnet run --project test/Orleans.Multiplex.Architecture.Tests\nand read the diff.");
    }

    [Fact]
    public void PublicApi_Approved_IsOfLibrariesThatAreThere()
    {
        Assert.SkipWhen(Accept, "The files are being written.");
        var approved = Directory.GetFiles(Path.Combine(Repository.Root, "test", "Orleans.Multiplex.Architecture.Tests", "PublicApi"), "*.txt");

        Assert.Equal(Repository.Libraries, approved.Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal));
    }

    // Razor makes components public, and what they import; nobody names those of our pages.
    private static Type[] FindShown(string library) =>
        [.. Repository.Load(library).GetTypes().Where(static type => type.Name != "_Imports" && !type.GetInterfaces().Any(static one => one.FullName == "Microsoft.AspNetCore.Components.IComponent"))];

    private static string Difference(string approved, string actual)
    {
        var (before, after) = (approved.Split('\n'), actual.Split('\n'));
        return string.Join('\n', before.Except(after).Select(line => "- " + line).Concat(after.Except(before).Select(line => "+ " + line)));
    }
}
