using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>A model of the store or of an own class, and what it is in the cluster.</summary>
/// <param name="Model">Its id.</param>
/// <param name="Versions">Its versions that something is known of, newest first.</param>
/// <param name="State">What it is, in a word.</param>
/// <param name="Why">Why it is unavailable, or was unloaded; empty otherwise.</param>
/// <param name="Silos">The silos where it is resident or being loaded.</param>
/// <param name="Bytes">The bytes charged for it on all of them, those of mapped files included.</param>
/// <param name="Hits">The requests that found it resident, since it was loaded.</param>
/// <param name="InFlight">The requests that use it now.</param>
/// <param name="Age">The time since its last use; null where it is not resident.</param>
/// <param name="IsPinned">Whether a pin keeps it.</param>
internal sealed record KnownModel(
    string Model, ImmutableArray<long> Versions, string State, string Why, ImmutableArray<string> Silos, long Bytes, long Hits, int InFlight, TimeSpan? Age, bool IsPinned);
