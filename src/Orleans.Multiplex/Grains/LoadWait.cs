using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>A request's wait for its model: for all the steps of it together no longer than the request has.</summary>
internal sealed class LoadWait(string model, TimeSpan longest, ModelLoader loader, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_startedAt);

    /// <summary>Waits for a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="loading">What is loaded in it; null while the model is looked for.</param>
    /// <param name="cancellationToken">Ends the wait, not the step.</param>
    /// <exception cref="ModelLoadingException">The time is over; says what the model waits for, and for how long still.</exception>
    public async Task<T> ForAsync<T>(Task<T> step, Resident? loading, CancellationToken cancellationToken)
    {
        try
        {
            return await step.WaitAsync(longest - Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw loading is null
                ? new ModelLoadingException(model, "it is looked for in the store", TimeSpan.FromSeconds(1))
                : new ModelLoadingException(model, loading.State.DescribeLoad(), loader.EstimateRemaining(loading));
        }
    }
}
