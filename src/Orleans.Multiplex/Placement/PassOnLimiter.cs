using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Lets a silo pass one model on a few times a second only, so that silos cannot play ping-pong with it: twice on the ground of old news or
/// of the age of a victim, more often on the ground of facts, which nevertheless are of a moment ago when the model comes there.
/// </summary>
internal sealed class PassOnLimiter(TimeProvider time)
{
    private const int GuessesPerSecond = 2;
    private const int FactsPerSecond = 8;

    private readonly ConcurrentLru<(string Pool, string Model), (long Since, int Count)> _passed = new(10_000);

    public bool TryPass(string pool, string model, bool isFact)
    {
        var now = time.GetTimestamp();
        var (since, count) = _passed.TryGet((pool, model), out var found) && time.GetElapsedTime(found.Since, now) < TimeSpan.FromSeconds(1)
            ? found
            : (now, 0);
        _passed.AddOrUpdate((pool, model), (since, count + 1));
        return count < (isFact ? FactsPerSecond : GuessesPerSecond);
    }
}
