using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>A failure that is remembered, and the error that it is to each who asks.</summary>
/// <param name="Kind">What kind of failure.</param>
/// <param name="Message">Why.</param>
/// <param name="Attempts">How often in a row.</param>
/// <param name="At">When it happened, as a timestamp of the silo's clock.</param>
internal sealed record LoadFailure(LoadFailureKind Kind, string Message, int Attempts, long At)
{
    public TimeSpan Delay => LoadBackoff.GetDelay(Kind, Attempts);

    /// <summary>The time until a request makes a new try; zero or less when the next one does.</summary>
    public TimeSpan GetRemaining(TimeProvider time) => Delay - time.GetElapsedTime(At);

    /// <summary>Whether a request may make a new try. What is no model id never becomes one.</summary>
    public bool MayBeTriedAgain(TimeProvider time) => Kind != LoadFailureKind.InvalidId && GetRemaining(time) <= TimeSpan.Zero;

    /// <summary>Whether the failure may be forgotten: its delay is over, and as much time again has passed in which nobody tried.</summary>
    public bool IsOver(TimeProvider time) => time.GetElapsedTime(At) > (Delay * 2) + TimeSpan.FromMilliseconds(250);

    /// <summary>Makes the error; each waiter gets one of its own.</summary>
    public MultiplexException ToException(string model, TimeProvider time)
    {
        var remaining = GetRemaining(time) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        return Kind switch
        {
            LoadFailureKind.InvalidId => new InvalidModelIdException(model, Message),
            LoadFailureKind.NotFound => new ModelNotFoundException(model, Message, remaining),
            LoadFailureKind.StoreUnavailable => new StoreUnavailableException(model, Message, remaining),
            LoadFailureKind.TooLarge => new NoCapacityException(model, Message),
            LoadFailureKind.NoRoom => new NoCapacityException(model, Message, TimeSpan.FromSeconds(1)),
            LoadFailureKind.NoDisk => new NoCapacityException(model, Message, remaining),
            LoadFailureKind.Overloaded => new OverloadedException(model, Message, TimeSpan.FromSeconds(1)),
            LoadFailureKind.Unloaded => new ModelUnloadedException(model),
            LoadFailureKind.Quarantined => new ModelLoadFailedException(model, Message),
            LoadFailureKind.Broken or _ => new ModelLoadFailedException(model, Message, remaining),
        };
    }

    /// <summary>What kind of failure an exception of a load is, and its message without the parts that the error adds itself.</summary>
    public static LoadOutcome Classify(Exception error) => error switch
    {
        ModelNotFoundException => new(LoadFailureKind.NotFound, error.Message),
        StoreUnavailableException unavailable => new(LoadFailureKind.StoreUnavailable, unavailable.Reason),
        ModelQuarantinedException => new(LoadFailureKind.Quarantined, error.Message),
        ModelLoadFailedException broken => new(LoadFailureKind.Broken, broken.Reason),
        InvalidModelIdException invalid => new(LoadFailureKind.InvalidId, invalid.Fault),
        NoCapacityException { IsPermanent: true } => new(LoadFailureKind.TooLarge, error.Message),
        NoCapacityException => new(LoadFailureKind.NoRoom, error.Message),
        OverloadedException => new(LoadFailureKind.Overloaded, error.Message),
        ModelUnloadedException => new(LoadFailureKind.Unloaded, error.Message),
        _ => new(LoadFailureKind.Broken, $"{error.GetType().Name}: {error.Message}"),
    };
}
