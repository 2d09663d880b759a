using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>A cluster that serves models, by rules of its own.</summary>
internal interface IServingSystem
{
    /// <summary>The loads begun so far.</summary>
    long Loads { get; }

    /// <summary>Serves a request that comes now; true when it finds its model loaded.</summary>
    bool Serve(ModelRequest request);

    /// <summary>A silo dies; which one, as a fraction of the list of those alive.</summary>
    void Lose(double which);

    /// <summary>An empty silo joins.</summary>
    void Join();
}
