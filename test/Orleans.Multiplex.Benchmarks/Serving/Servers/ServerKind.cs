namespace Orleans.Multiplex.Benchmarks.Serving.Servers;

/// <summary>What is compared.</summary>
internal enum ServerKind
{
    /// <summary>(a) Written by hand, with any number of runs at once.</summary>
    Bare,

    /// <summary>(a) The same, with as many runs at once as there are cores.</summary>
    BareBounded,

    /// <summary>(b) The gateway, which holds the models itself.</summary>
    Gateway,

    /// <summary>(c) The gateway in front of a silo.</summary>
    Cluster,

    /// <summary>(b) with Prometheus, a collector of traces, a reader of events and a page of the dashboard watching it.</summary>
    Watched,

    /// <summary>The same, and its metrics go to the collector too.</summary>
    WatchedTwice,

    /// <summary>(b) with all that off which is there to be watched.</summary>
    Unwatched,

    /// <summary>Another one like it.</summary>
    UnwatchedToo,
}
