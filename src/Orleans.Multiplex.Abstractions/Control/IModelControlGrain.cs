using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>
/// What operators do with the models of the store, across the cluster. There is one; its key has no meaning, use 0. Each call may be made
/// twice with the same result as once.
/// </summary>
[Alias("multiplex.IModelControlGrain")]
public interface IModelControlGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Unloads a model wherever it is: it takes no new requests, and goes when those that run have ended. A request that comes later loads it
    /// again. <c>id</c> stands for all its versions. Completes when its memory is free, or at once when it is nowhere.
    /// </summary>
    /// <exception cref="InvalidModelIdException">The text is no model id.</exception>
    /// <exception cref="ModelNotFoundException">The model is on no silo and not in the store.</exception>
    /// <exception cref="ModelPinnedException">The model is pinned.</exception>
    [Alias("Unload")]
    Task UnloadAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>
    /// Pins a model: it is never evicted from now on, and loaded without being asked for, also elsewhere when its silo has gone.
    /// </summary>
    /// <returns>Whether an operator's pin is new.</returns>
    /// <exception cref="InvalidModelIdException">The text is no model id.</exception>
    /// <exception cref="PinRefusedException">No silo has room for it beside the models that are pinned already.</exception>
    /// <exception cref="MultiplexException">There is no such model, its file is broken, or the store is unavailable.</exception>
    [Alias("Pin")]
    Task<bool> PinAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>Takes an operator's pin back. The model stays until others need its room. Without a pin nothing happens.</summary>
    /// <exception cref="InvalidModelIdException">The text is no model id.</exception>
    /// <exception cref="ModelPinnedException">Another pin keeps it, which stands in the settings of a silo or in the model's own.</exception>
    [Alias("Unpin")]
    Task UnpinAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>The pins, in the order of their names.</summary>
    [Alias("GetPins")]
    Task<ImmutableArray<PinReport>> GetPinsAsync(CancellationToken cancellationToken = default);

    /// <summary>The quarantined versions of models, in the order of models and versions.</summary>
    [Alias("GetQuarantine")]
    Task<ImmutableArray<QuarantineReport>> GetQuarantineAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Clears the quarantine of a model: its next request opens it again, at once. <c>id</c> stands for all its versions. Completes when every silo has written it
    /// down, so that it stays so whatever ends then; a silo that is away learns of it when it comes back.
    /// </summary>
    /// <returns>What was quarantined.</returns>
    /// <exception cref="InvalidModelIdException">The text is no model id.</exception>
    /// <exception cref="ModelNotFoundException">Nothing of it was quarantined.</exception>
    [Alias("ClearQuarantine")]
    Task<ImmutableArray<QuarantineReport>> ClearQuarantineAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>
    /// Has a silo leave in good order: it takes no new models, hands those that it has over to other silos, finishes its requests, and ends its process. Completes when the
    /// silo has been told; <see cref="IClusterResidencyGrain.GetSilosAsync"/> says how far it is.
    /// </summary>
    /// <param name="silo">The silo's name, as reports give it; also that of a silo without models.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SiloNotFoundException">There is no such silo.</exception>
    [Alias("Drain")]
    Task DrainAsync(string silo, CancellationToken cancellationToken = default);
}
