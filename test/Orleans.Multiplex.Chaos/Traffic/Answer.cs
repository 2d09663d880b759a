using System.Net;

namespace Orleans.Multiplex.Chaos.Traffic;

/// <summary>What came of a request.</summary>
/// <param name="Model">The model.</param>
/// <param name="Status">The status; null when no gateway could be reached.</param>
/// <param name="IsRight">Whether the numbers are the model's, in the version that it says; false for an error too.</param>
/// <param name="IsCold">Whether it waited for a load.</param>
/// <param name="Version">The version that answered; 0 for an error.</param>
/// <param name="Took">The time from the first try.</param>
/// <param name="Text">What an error said.</param>
internal readonly record struct Answer(int Model, HttpStatusCode? Status, bool IsRight, bool IsCold, long Version, TimeSpan Took, string Text)
{
    public bool IsFailure => Status != HttpStatusCode.OK;

    public bool IsWrong => Status == HttpStatusCode.OK && !IsRight;
}
