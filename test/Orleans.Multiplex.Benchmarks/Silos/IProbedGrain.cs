namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>Any other grain of the silo.</summary>
internal interface IProbedGrain : IGrainWithIntegerKey
{
    /// <summary>Does nothing.</summary>
    Task AnswerAsync();
}
