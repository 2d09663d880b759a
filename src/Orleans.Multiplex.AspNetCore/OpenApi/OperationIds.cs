using System.Globalization;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>Gives each operation an id of its own, also where the same endpoints are mapped twice, as in two groups.</summary>
internal sealed class OperationIds
{
    // Generators of clients make names of them, some of which differ from others in more than the case.
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The id of an operation: its own, or one made of its path, with a number where another one has it.</summary>
    public string Take(Operation operation, RoutePattern pattern)
    {
        var id = operation.Id ?? OfPath(pattern);
        id = operation.IsOfVersion(pattern) ? $"{id}OfVersion" : id;
        var unique = id;
        for (var number = 2; !_taken.Add(unique); number++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{id}{number}");
        }

        return unique;
    }

    private static string OfPath(RoutePattern pattern)
    {
        var path = OperationWriter.PathOf(pattern);
        var letters = path.Select((letter, i) => i > 0 && !char.IsAsciiLetterOrDigit(path[i - 1]) ? char.ToUpperInvariant(letter) : letter);
        return $"call{string.Concat(letters.Where(char.IsAsciiLetterOrDigit))}";
    }
}
