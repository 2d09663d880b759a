namespace Orleans.Multiplex.Execution.Batching;

/// <summary>Whether requests for a model may run together.</summary>
/// <param name="IsProven">Whether each gets what it would get alone, and that in less time.</param>
/// <param name="Reason">Why, as the end of a sentence that names the model.</param>
/// <param name="MayChange">Whether it rests on times alone, which a busy machine spoils: then it is worth another trial.</param>
internal sealed record BatchVerdict(bool IsProven, string Reason, bool MayChange = false)
{
    public static BatchVerdict No(string reason) => new(false, reason);
}
