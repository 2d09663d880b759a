namespace Orleans.Multiplex.Residency;

/// <summary>
/// Room that a load will ask for which has begun and has none yet: it fetches first, so that a failed fetch costs no model. It holds nothing; the other silos are told of it,
/// so that not all of them send their models here for the sake of one old victim. That it has ended is not told: what ends it well changes more, and what ends it badly is in the next row.
/// </summary>
internal sealed class ExpectedRoom : IDisposable
{
    private readonly SiloQuota _quota;
    private readonly ModelPool _pool;
    private readonly long _bytes;
    private bool _isEnded;

    public ExpectedRoom(SiloQuota quota, ModelPool pool, long bytes)
    {
        _quota = quota;
        _pool = pool;
        _bytes = bytes;
        quota.Locked(() => Count(1));
    }

    /// <summary>The load asks now, or never will; a second time does nothing.</summary>
    public void Dispose() => _quota.Locked(() =>
    {
        var isFirst = !_isEnded;
        _isEnded = true;
        return isFirst && Count(-1);
    });

    private bool Count(int models)
    {
        _pool.Models.Expected += models;
        _quota.Memory.Heap.Expected += models * _bytes;
        return true;
    }
}
