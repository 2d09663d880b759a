using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>
/// Reads what the silos of the cluster hold. It asks the silos themselves and activates no model's grain, so reading never places,
/// loads or evicts a model nor changes the order of eviction. Its key has no meaning; use 0.
/// </summary>
[Alias("multiplex.IClusterResidencyGrain")]
public interface IClusterResidencyGrain : IGrainWithIntegerKey
{
    /// <summary>What each silo that holds models has, in the order of the silos' names.</summary>
    [Alias("GetSilos")]
    Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken = default);

    /// <summary>Where a model is and why it was placed there, or its last failure and the time of the next try.</summary>
    /// <exception cref="InvalidModelIdException">The text is no model id.</exception>
    [Alias("GetModel")]
    Task<ModelReport> GetModelAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>What each silo that holds models has counted of late, in the order of the silos' names. Silos that do not answer within a second are left out.</summary>
    /// <param name="slots">How many of the last five seconds are wanted, from 1 to 180; others are taken for the nearest of these.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [Alias("GetHistory")]
    Task<ImmutableArray<SiloHistory>> GetHistoryAsync(int slots, CancellationToken cancellationToken = default);

    /// <summary>
    /// What has happened in the cluster, of all silos that answer, in the order of its times. What a silo that does not answer within a second has to tell comes with a later page.
    /// </summary>
    /// <param name="after">The position of an earlier page, for what came after it; null for the last events.</param>
    /// <param name="last">How many of the last events are wanted where no position is given: 0 to 1,000; more is taken for 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidEventPositionException">The text is no position.</exception>
    [Alias("GetEvents")]
    Task<ClusterEventPage> GetEventsAsync(string? after, int last, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the models of the store, part by part, each with what it is in the cluster; or, of all silos, the models that are ready.
    /// </summary>
    /// <param name="after">The model after which the list goes on; null for its beginning.</param>
    /// <param name="limit">The most models of one part; from 1 to 10,000.</param>
    /// <param name="readyOnly">Whether only models that are ready are wanted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    [Alias("GetIndex")]
    Task<ModelIndexPage> GetIndexAsync(string? after, int limit, bool readyOnly, CancellationToken cancellationToken = default);

    /// <summary>The versions, inputs and outputs of a model of the store; read from its file where it was never opened.</summary>
    /// <exception cref="ModelLoadingException">No silo has its file, which is large: it is fetched when the model is loaded.</exception>
    /// <exception cref="MultiplexException">There is no such model, it cannot be read, or the store is unavailable.</exception>
    [Alias("Describe")]
    Task<ModelDescription> DescribeAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>
    /// What the live silos have counted, summed, in the order of ids and versions: of one model, of all its versions unless the key names one;
    /// or, where none is named, of all that ran or are resident, at most 10,000, the last to run first chosen. A model that never ran has one
    /// entry of zeros when it is asked for.
    /// </summary>
    /// <exception cref="MultiplexException">Nothing was counted of this model, and the store does not have it or cannot be asked.</exception>
    [Alias("GetStatistics")]
    Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? model, CancellationToken cancellationToken = default);
}
