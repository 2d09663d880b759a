using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Calls.Copies;

/// <summary>
/// The silos that have one model ready, as a caller heard of them in answers. Of two at random it takes the one where the next request would wait less: almost as good as to ask
/// them all, and no two callers chase the same idle one (Mitzenmacher, "The power of two choices in randomized load balancing", 1996).
/// </summary>
/// <param name="random">Draws the two.</param>
/// <param name="here">The caller's own silo, which is one of the two where it has the model: a call there is no message; null for a client outside.</param>
/// <param name="time">The clock.</param>
internal sealed class CopyTable(Random random, SiloAddress? here, TimeProvider time)
{
    private readonly Lock _lock = new();
    private ImmutableArray<KnownCopy> _copies = [];
    private long _stamp;

    /// <summary>Stands for the silos that are known.</summary>
    public long Stamp => Volatile.Read(ref _stamp);

    /// <summary>Takes in what an answer says.</summary>
    public void Learn(CopyNews news)
    {
        lock (_lock)
        {
            if (!news.Silos.IsDefault)
            {
                _copies = [.. news.Silos.Select(silo => Find_NeedsLock(silo) ?? new KnownCopy(silo, new HeardLoad(0, news.Pace, 0), time.GetTimestamp()))];
                for (var i = 0; i < _copies.Length; i++)
                {
                    _copies[i].IsFirst = i == 0;
                }

                Volatile.Write(ref _stamp, news.Stamp);
            }

            Find_NeedsLock(news.Silo)?.Hear(news.Users, news.Pace, time);
        }
    }

    /// <summary>The copy for the next request, which counts as sent there; null where there is none to choose.</summary>
    /// <param name="other">One that is not to be chosen.</param>
    public KnownCopy? Choose(KnownCopy? other = null)
    {
        lock (_lock)
        {
            var copies = other is null ? _copies : _copies.Remove(other);
            if (copies.IsEmpty)
            {
                return null;
            }

            var chosen = ChooseOfTwo_NeedsLock(copies);
            chosen.Sent++;
            return chosen;
        }
    }

    /// <summary>A request that was sent has been answered, or has failed.</summary>
    public void End(KnownCopy copy)
    {
        lock (_lock)
        {
            copy.Sent--;
        }
    }

    /// <summary>There is no copy any more. Which silos there are is told anew by the next answer.</summary>
    public void Remove(KnownCopy copy)
    {
        lock (_lock)
        {
            _copies = _copies.Remove(copy);
            Volatile.Write(ref _stamp, CopyTables.Unknown);
        }
    }

    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "It only spreads requests.")]
    private KnownCopy ChooseOfTwo_NeedsLock(ImmutableArray<KnownCopy> copies)
    {
        var local = here is null ? -1 : IndexOf(copies, here);
        var one = local >= 0 ? local : random.Next(copies.Length);
        if (copies.Length == 1)
        {
            return copies[one];
        }

        var two = random.Next(copies.Length - 1);
        two += two >= one ? 1 : 0;
        return copies[two].Expect(time) < copies[one].Expect(time) ? copies[two] : copies[one];
    }

    private KnownCopy? Find_NeedsLock(SiloAddress silo) => IndexOf(_copies, silo) is var i and >= 0 ? _copies[i] : null;

    private static int IndexOf(ImmutableArray<KnownCopy> copies, SiloAddress silo)
    {
        for (var i = 0; i < copies.Length; i++)
        {
            if (copies[i].Silo.Equals(silo))
            {
                return i;
            }
        }

        return -1;
    }
}
