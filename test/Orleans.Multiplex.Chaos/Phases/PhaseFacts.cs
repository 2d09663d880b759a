using System.Net;
using Orleans.Multiplex.Chaos.Traffic;

namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>What became known while a phase ran.</summary>
/// <param name="Note">What is to be said of it.</param>
internal sealed record PhaseFacts(string Note = "")
{
    /// <summary>Which failures are within the promise.</summary>
    public Func<Answer, TimeSpan, bool> MayFail { get; init; } = static (_, _) => false;

    /// <summary>The promises that were broken.</summary>
    public IReadOnlyList<string> Broken { get; init; } = [];

    /// <summary>
    /// A request that began before then may fail because a silo was lost, by saying so, also when its own time is up: where another silo had sent it on, its caller does not
    /// know that it went there.
    /// </summary>
    public static Func<Answer, TimeSpan, bool> LostUntil(TimeSpan until) =>
        (answer, at) => at - answer.Took < until && answer.Status is null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
}
