using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>What a version of a model is in the cluster, as the protocol's repository index names it.</summary>
public enum ModelIndexState
{
    /// <summary>A silo holds it.</summary>
    Ready,

    /// <summary>It is being loaded, or waits for that.</summary>
    Loading,

    /// <summary>It is on its way out of the one silo that has it.</summary>
    Unloading,

    /// <summary>It was unloaded, or its load failed. A request loads it (again).</summary>
    Unavailable,
}

/// <summary>A version of a model of the store, with its state in the cluster.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Version">The version; null for a model of which no version has been loaded.</param>
/// <param name="State">Its state; null for a model of which no version has been loaded, as far as the silos that live remember.</param>
/// <param name="Reason">Why it is unavailable; empty otherwise.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelIndexEntry")]
public sealed record ModelIndexEntry(string Model, long? Version, ModelIndexState? State, string Reason);

/// <summary>A part of the list of models.</summary>
/// <param name="Entries">The models of this part.</param>
/// <param name="Next">After which model the next part begins; null when this is the last one.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelIndexPage")]
public sealed record ModelIndexPage(ImmutableArray<ModelIndexEntry> Entries, string? Next);
