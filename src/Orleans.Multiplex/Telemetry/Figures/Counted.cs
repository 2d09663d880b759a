namespace Orleans.Multiplex.Telemetry.Figures;

/// <summary>What a silo counts.</summary>
internal enum Counted
{
    /// <summary>Requests answered by a model that was resident when they came.</summary>
    Hit,

    /// <summary>Requests answered by a model that was loaded for them, or was being loaded.</summary>
    Cold,

    /// <summary>Requests that failed.</summary>
    Failed,

    /// <summary>Requests refused that may be sent again later.</summary>
    Refused,

    /// <summary>Models loaded.</summary>
    Loaded,

    /// <summary>Loads that failed.</summary>
    LoadFailed,

    /// <summary>Models unloaded, for whatever reason.</summary>
    Evicted,

    /// <summary>Silos of the cluster that died.</summary>
    SiloDied,
}
