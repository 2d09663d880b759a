using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>What ties requests under one name to the resident that answers them.</summary>
internal interface IModelTie
{
    /// <summary>The model as callers name it.</summary>
    string Model { get; }

    /// <summary>The same read; null where it names none.</summary>
    ModelKey? Key { get; }

    /// <summary>The version that the store was last found to have; null before it was found.</summary>
    long? FoundVersion { get; }

    /// <summary>The right to use the model.</summary>
    /// <param name="wait">The longest to wait for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MultiplexException">The model cannot be had, or not in time.</exception>
    ValueTask<ModelLease> AcquireAsync(TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>
    /// The right to use the model where that needs no waiting: it is resident and has begun its first run. May be called from anywhere, unlike what waits.
    /// </summary>
    bool TryAcquireWarm(out ModelLease lease);
}
