namespace Orleans.Multiplex.Residency;

/// <summary>The models of one grain class on this silo: their count quota and their own order of eviction.</summary>
internal sealed class ModelPool(string name, int maxModels)
{
    /// <summary>The pool of the models of the store.</summary>
    public const string OfStore = "Inference";

    public const int Unlimited = -1;

    /// <summary>The pool's name, as settings use it.</summary>
    public string Name => name;

    /// <summary>The most models that may be resident; −1 when only the bytes are limited.</summary>
    public int MaxModels => maxModels;

    /// <summary>Room for models, of which each takes 1.</summary>
    public Room Models { get; } = new(maxModels == Unlimited ? int.MaxValue : maxModels, $"{maxModels} models of pool '{name}'");

    /// <summary>The order in which the pool's models would be evicted. Guarded by the eviction service's lock.</summary>
    public LruEvictionPolicy Lru { get; } = new();

    /// <summary>Called when a model of the pool has got or lost a holder; set by the eviction service.</summary>
    public Action<Resident> OnHeld { get; set; } = static _ => { };

    /// <summary>Called when a model of the pool has no user left; set by the eviction service, which wakes when somebody waits for room.</summary>
    public Action OnIdle { get; set; } = static () => { };
}
