using System.Collections.Immutable;

namespace Orleans.Multiplex.Architecture.Tests.Layers;

/// <summary>Which room of a house may use which other ones, and who uses one that it may not.</summary>
/// <param name="mayUse">Each room and the rooms it may use, itself left out.</param>
/// <param name="roomOf">The room of a type by the full name of its outermost type; null when it is in none.</param>
internal sealed class Rooms(ImmutableDictionary<string, string[]> mayUse, Func<string, string?> roomOf)
{
    public IReadOnlyList<string> Violations(ArchUnitNET.Domain.Architecture house) =>
    [
        .. from type in house.Types
           let user = roomOf(Outermost(type.FullName))
           where user is not null
           from dependency in type.Dependencies
           let used = roomOf(Outermost(dependency.Target.FullName))
           where used is not null && used != user && !mayUse[user].Contains(used)
           let violation = $"{user} may not use {used}: {Outermost(type.FullName)} uses {Outermost(dependency.Target.FullName)}."
           group violation by violation into one
           orderby one.Key
           select one.Key,
    ];

    // Nested, generic and compiler-made types belong where their outermost type is.
    private static string Outermost(string fullName) => fullName.Split('+', '<', '`', '/')[0];
}
