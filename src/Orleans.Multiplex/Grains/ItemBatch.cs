using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Grains;

/// <summary>Items of calls to one model that go through one function of its class together.</summary>
/// <param name="model">The model's id.</param>
/// <param name="use">The function.</param>
/// <param name="maxRows">The most items at once.</param>
/// <param name="maxDelay">How long an item waits for others.</param>
internal sealed class ItemBatch<TItem, TResult>(
    string model, Func<object, IReadOnlyList<TItem>, IReadOnlyList<TResult>> use, int maxRows, TimeSpan maxDelay) : RunKind
{
    public override int MaxRows => maxRows;

    public override TimeSpan MaxDelay => maxDelay;

    /// <summary>Uses the model for some items, in the context of the first.</summary>
    /// <exception cref="InvalidOperationException">There are not as many results.</exception>
    public TResult[] Use(IReadOnlyList<ItemRun<TItem, TResult>> runs)
    {
        using (runs[0].Call.Enter(model))
        {
            // Copied here: what is a list to its owner may change, or be made as it is read.
            TResult[] results = [.. use(runs[0].Model, [.. runs.Select(static run => run.Item)]) ?? []];
            return results.Length == runs.Count
                ? results
                : throw new InvalidOperationException(
                    $"Model '{model}' was used for {runs.Count} items at once and gave {results.Length} results. There must be one for each, in their order.");
        }
    }

    protected override bool TryRunTogether(IReadOnlyList<ScheduledRun> runs)
    {
        var members = runs.Cast<ItemRun<TItem, TResult>>().ToList();
        TResult[] results;
        try
        {
            results = Use(members);
        }
#pragma warning disable CA1031 // Each gets its own result or error now.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }

        for (var i = 0; i < members.Count; i++)
        {
            members[i].Succeed(results[i]);
        }

        return true;
    }
}
