using System.Text.RegularExpressions;

namespace Orleans.Multiplex.Architecture.Tests.Sources;

/// <summary>A type as its source declares it, nested ones included.</summary>
internal sealed partial record SourceType(string File, string Namespace, string Name, string Kind, string Modifiers, bool IsNested)
{
    public string FullName => $"{Namespace}.{Name}";

    public bool IsSealed => Kind is not ("class" or "record" or "record class")
        || Modifiers.Split(' ').Any(modifier => modifier is "sealed" or "abstract" or "static");

    public static IEnumerable<SourceType> In(string file, string text)
    {
        var space = NamespaceLine().Match(text).Groups[1].Value;
        return Declaration().Matches(text).Select(match => new SourceType(
            file, space, match.Groups["name"].Value, match.Groups["kind"].Value, match.Groups["modifiers"].Value.Trim(), match.Groups["indent"].Length > 0));
    }

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(
        @"^(?<indent>[ ]*)(?<modifiers>(?:(?:public|internal|private|protected|file|sealed|abstract|static|readonly|partial|unsafe|ref|new) )*)(?<kind>class|interface|enum|struct|record struct|record class|record) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
