using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency;

/// <summary>What the holders of a resident make of it.</summary>
internal static class ResidentHolders
{
    /// <summary>The model as those of its holders name it that are no copies.</summary>
    public static ImmutableArray<string> GetNames(this Resident resident) =>
        [.. resident.Holders.Where(static holder => !holder.IsCopy).Select(static holder => holder.Model)];

    /// <summary>Whether it is held by that name, or by nobody.</summary>
    public static bool IsFor(this Resident resident, string model) => resident.Holders is var holders && (holders.IsEmpty || holders.Any(holder => holder.Model == model));

    /// <summary>Whether it is a copy and nothing else: no grain of the model is here.</summary>
    public static bool AreCopies(this ImmutableArray<IResidentHolder> holders) => !holders.IsEmpty && holders.All(static holder => holder.IsCopy);

    /// <summary>Whether it is a copy, and the model's grain has come here too.</summary>
    public static bool AreBoth(this ImmutableArray<IResidentHolder> holders) => holders.Any(static holder => holder.IsCopy) && !holders.AreCopies();
}
