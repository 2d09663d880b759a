using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>A grain that has nothing to do with models.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Orleans makes it.")]
internal sealed class ProbedGrain : Grain, IProbedGrain
{
    public Task AnswerAsync() => Task.CompletedTask;
}
