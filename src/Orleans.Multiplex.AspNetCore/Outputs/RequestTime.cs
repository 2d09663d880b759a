namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>The time of one request, from here on: what a step of it takes, the next ones do not have.</summary>
internal readonly struct RequestTime(TimeProvider time, TimeSpan allowed)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>What is left.</summary>
    /// <exception cref="InferenceTimeoutException">Nothing is.</exception>
    public TimeSpan Left(string model) => allowed - time.GetElapsedTime(_start) is { Ticks: > 0 } left ? left : throw Up(model);

    public static InferenceTimeoutException Up(string model) => new(model, "waiting for what the model takes and gives");
}
