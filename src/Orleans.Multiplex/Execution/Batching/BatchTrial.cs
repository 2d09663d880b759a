using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>
/// Finds out whether requests for a model may run together: whether each row of a run gives what it gives alone, whatever stands before or behind it,
/// and whether that pays. A model that mixes rows, as by a mean or a maximum over them, must not pass: one caller's answer would depend on the data of
/// another.
/// </summary>
/// <param name="session">The model.</param>
/// <param name="runAsync">Runs it once, and says how long that took. What the request lies in is its own from then on, and given back when the run has ended.</param>
/// <param name="maxRows">The most rows of a run.</param>
/// <param name="pool">Where the memory for runs of several rows comes from.</param>
internal sealed class BatchTrial(
    IInferenceSession session,
    Func<InferenceRequest, IDisposable?, Task<(ImmutableArray<ModelValue> Outputs, TimeSpan Took)>> runAsync,
    int maxRows,
    ArrayPool<byte> pool)
{
    /// <summary>It pays when an item takes so many times less together than alone.</summary>
    public const double LeastGain = 1.3;

    /// <summary>How often it is timed: the least times count, since on a busy machine runs are interrupted.</summary>
    private const int LeastRepeats = 3;

    /// <summary>How often at most, as long as it has not shown that it pays.</summary>
    private const int MostRepeats = 9;

    private const int TimedRows = 8;

    private const string Mixes = "what a row gives depends on other rows";

    // What takes so long is not spoiled by an interruption: one look at its times is enough.
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(5);

    private const int FirstTimedSeed = 11;

    // Each pair is of two rows that no other has. One pair might not touch what depends on the data, as a limit that few rows reach.
    private static readonly ImmutableArray<(int A, int B)> Seeds = [(1, 2), (3, 4), (5, 6)];

    /// <summary>Tries it: two to three dozen runs, one after the other, some of them of several rows.</summary>
    /// <exception cref="MultiplexException">It cannot be tried now.</exception>
    public async Task<BatchVerdict> RunAsync()
    {
        if (session.RowSymbol is null)
        {
            return BatchVerdict.No("its inputs and outputs do not all begin with one and the same dimension of any size");
        }

        if (await FindSizeAsync() is not { } size)
        {
            return BatchVerdict.No("no inputs could be made up on which it runs");
        }

        try
        {
            foreach (var (a, b) in Seeds)
            {
                if (await FindMixAsync(Make(size, a), Make(size, b)) is { } mix)
                {
                    return BatchVerdict.No(mix);
                }
            }

            return await MeasureGainAsync([.. Enumerable.Range(FirstTimedSeed, Math.Min(TimedRows, maxRows)).Select(seed => Make(size, seed))]);
        }
        catch (Exception error) when (error is InvalidInputException or InferenceFailedException)
        {
            return BatchVerdict.No($"it does not run on inputs that were made up ({error.Message})");
        }
    }

    private BatchVerdict Judge(double gain, bool mayChange)
    {
        var figure = gain.ToString("0.0", CultureInfo.InvariantCulture);
        return gain >= LeastGain
            ? new BatchVerdict(true, $"each row gives what it gives alone, and {Math.Min(TimedRows, maxRows)} together are {figure} times as fast")
            : new BatchVerdict(false, $"rows take no less time together than alone ({figure} times as fast)", mayChange);
    }

    private async Task<int?> FindSizeAsync()
    {
        foreach (var size in MadeUpInputs.Sizes)
        {
            try
            {
                if (TryMake(size, Seeds[0].A) is { } request && StackShape.CountRows(request) == 1)
                {
                    session.Check(request);
                    await runAsync(request, null);
                    return size;
                }
            }
            catch (Exception error) when (error is InvalidInputException or InferenceFailedException)
            {
                // Not of this size, perhaps of another.
            }
        }

        return null;
    }

    private async Task<string?> FindMixAsync(InferenceRequest a, InferenceRequest b)
    {
        var (aloneA, _) = await runAsync(a, null);
        var (aloneB, _) = await runAsync(b, null);
        (InferenceRequest, ImmutableArray<ModelValue>)[][] orders = [[(a, aloneA), (b, aloneB)], [(b, aloneB), (a, aloneA)], [(a, aloneA), (a, aloneA)]];
        foreach (var order in orders)
        {
            if (await FindMixAsync(order) is { } mix)
            {
                return mix;
            }
        }

        return null;
    }

    private async Task<string?> FindMixAsync((InferenceRequest Request, ImmutableArray<ModelValue> Alone)[] order)
    {
        var (parts, _) = await RunTogetherAsync([.. order.Select(static row => row.Request)]);
        return parts is null ? "its outputs have other rows than its inputs"
            : parts.Zip(order).All(static pair => RowComparison.AreEqual(pair.Second.Alone, pair.First)) ? null : Mixes;
    }

    private async Task<(ImmutableArray<ModelValue>[]? Parts, TimeSpan Took)> RunTogetherAsync(IReadOnlyList<InferenceRequest> requests)
    {
#pragma warning disable CA2000 // The run gives it back.
        var stack = new RowStack(requests, pool);
#pragma warning restore CA2000
        var (outputs, took) = await runAsync(stack.Request, stack);
        return (stack.Split(outputs), took);
    }

    // All rows are different: what depends on a row that is not next to it shows here.
    private async Task<BatchVerdict> MeasureGainAsync(IReadOnlyList<InferenceRequest> rows)
    {
        var (least, leastTogether) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        var alone = new List<ImmutableArray<ModelValue>>(rows.Count);
        foreach (var row in rows)
        {
            var (outputs, took) = await runAsync(row, null);
            alone.Add(outputs);
            least = Least(least, took);
        }

        for (var i = 0; i < LeastRepeats || (i < MostRepeats && least < LongEnough && Divide(least * rows.Count, leastTogether) < LeastGain); i++)
        {
            var (parts, took) = await RunTogetherAsync(rows);
            if (parts is null || !parts.Zip(alone).All(static pair => RowComparison.AreEqual(pair.Second, pair.First)))
            {
                return BatchVerdict.No(Mixes);
            }

            leastTogether = Least(leastTogether, took);
        }

        return Judge(Divide(least * rows.Count, leastTogether), mayChange: least < LongEnough);
    }

    private static double Divide(TimeSpan alone, TimeSpan together) => alone / (together > TimeSpan.Zero ? together : TimeSpan.FromTicks(1));

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private InferenceRequest Make(int size, int seed) => TryMake(size, seed)!;

    private InferenceRequest? TryMake(int size, int seed) =>
        MadeUpInputs.Create(session.Signature, size, withOptional: false, seed, rows: 1) is { } inputs ? new InferenceRequest(inputs) : null;
}
