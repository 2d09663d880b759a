using Orleans.Multiplex.Chaos.Traffic;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>One fault, or one change. No answer may ever be wrong, and none fail but where the phase says so.</summary>
/// <param name="Name">What happens.</param>
/// <param name="ActAsync">Makes it happen, and returns when it is over.</param>
internal sealed record Phase(string Name, Func<Tally, CancellationToken, Task<PhaseFacts>> ActAsync)
{
    /// <summary>What else must hold in the end; a text for what does not.</summary>
    public Func<Tally, string?> FindFault { get; init; } = static _ => null;
}
