using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Placement;

/// <summary>Lets a silo pass one model on at most twice a second, so that silos with stale news cannot play ping-pong with it.</summary>
internal sealed class PassOnLimiter(TimeProvider time)
{
    private const int PerSecond = 2;

    private readonly ConcurrentLru<string, (long Since, int Count)> _passed = new(10_000);

    public bool TryPass(string model)
    {
        var now = time.GetTimestamp();
        var (since, count) = _passed.TryGet(model, out var found) && time.GetElapsedTime(found.Since, now) < TimeSpan.FromSeconds(1)
            ? found
            : (now, 0);
        _passed.AddOrUpdate(model, (since, count + 1));
        return count < PerSecond;
    }
}
