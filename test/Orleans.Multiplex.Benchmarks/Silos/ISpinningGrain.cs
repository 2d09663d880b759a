namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>A model of one's own whose code keeps its thread.</summary>
internal interface ISpinningGrain : IGrainWithStringKey
{
    /// <summary>Runs it.</summary>
    Task SpinAsync();
}
