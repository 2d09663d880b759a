using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Calls.Copies;

/// <summary>The models that have copies, as a caller heard in their answers: there are as many of them as there are hot models, and none of all others.</summary>
/// <param name="random">Spreads requests; used under the lock of this.</param>
/// <param name="here">The caller's own silo; null for a client outside.</param>
/// <param name="time">The clock.</param>
internal sealed class CopyTables(Random random, SiloAddress? here, TimeProvider time)
{
    /// <summary>The stamp of who has lost count of the copies, and wants to be told. No set of silos has it.</summary>
    public const long Unknown = -1;

    // Read by each request, and changed when a model has its first copy or loses its last.
    private ImmutableDictionary<string, CopyTable> _tables = ImmutableDictionary.Create<string, CopyTable>(StringComparer.Ordinal);

    /// <summary>The copies of a model; null where it has none.</summary>
    public CopyTable? Find(string model) => Volatile.Read(ref _tables) is { IsEmpty: false } tables ? tables.GetValueOrDefault(model) : null;

    /// <summary>Takes in what an answer says of its model's copies.</summary>
    public void Learn(string model, CopyNews? news)
    {
        if (news is null)
        {
            return;
        }

        if (news.Stamp == 0)
        {
            ImmutableInterlocked.TryRemove(ref _tables, model, out _);
        }
        else
        {
            ImmutableInterlocked.GetOrAdd(ref _tables, model, static (_, tables) => tables.Create(), this).Learn(news);
        }
    }

    // Each draws by itself, so that none waits for another.
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "It only spreads requests.")]
    private CopyTable Create()
    {
        lock (random)
        {
            return new CopyTable(new Random(random.Next()), here, time);
        }
    }
}
