namespace Orleans.Multiplex.Chaos.Phases;

/// <summary>What came of a phase.</summary>
/// <param name="Name">What happened.</param>
/// <param name="Requests">The requests sent meanwhile.</param>
/// <param name="Failures">Those that failed.</param>
/// <param name="Wrong">Those that were answered wrongly.</param>
/// <param name="P99">The 99th percentile of their times.</param>
/// <param name="Cold">Those that waited for a load.</param>
/// <param name="Recovered">From the beginning until the gateways saw the silos that there are and no request failed any more.</param>
/// <param name="Reserved">The places reserved on all silos afterwards.</param>
/// <param name="Resident">The models there.</param>
/// <param name="Note">What is to be said of it.</param>
/// <param name="Broken">The promises that were broken.</param>
internal sealed record PhaseReport(
    string Name, int Requests, int Failures, int Wrong, TimeSpan P99, int Cold, TimeSpan Recovered, int Reserved, int Resident, string Note, IReadOnlyList<string> Broken);
