using Orleans.Multiplex.Chaos.Traffic;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>One fault, or one change, and what must hold meanwhile. No answer may ever be wrong.</summary>
/// <param name="Name">What happens.</param>
/// <param name="ActAsync">Makes it happen, and returns when it is over, with what is to be said of it.</param>
internal sealed record Phase(string Name, Func<CancellationToken, Task<string>> ActAsync)
{
    /// <summary>Which failures are within the promise: none, unless it says otherwise.</summary>
    public Func<Answer, TimeSpan, bool> MayFail { get; init; } = static (_, _) => false;

    /// <summary>What else must hold in the end; a text for what does not.</summary>
    public Func<Tally, string?> FindFault { get; init; } = static _ => null;
}
