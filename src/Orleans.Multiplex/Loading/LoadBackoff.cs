using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>How long a failure is remembered, by its kind and by how often it happened in a row.</summary>
internal static class LoadBackoff
{
    public static TimeSpan GetDelay(LoadFailureKind kind, int attempts) => kind switch
    {
        // A model put into the store is served within a second.
        LoadFailureKind.NotFound => TimeSpan.FromMilliseconds(500),

        // To look whether it holds costs a question to the store; a version whose files were replaced is served within a second.
        LoadFailureKind.Quarantined => TimeSpan.FromSeconds(1),
        LoadFailureKind.InvalidId => TimeSpan.FromSeconds(1),
        LoadFailureKind.StoreUnavailable => Doubled(TimeSpan.FromMilliseconds(500), attempts, TimeSpan.FromSeconds(5)),

        // A try fetches what there is room for, and removes it again.
        LoadFailureKind.NoDisk => Doubled(TimeSpan.FromSeconds(1), attempts, TimeSpan.FromSeconds(30)),
        LoadFailureKind.Broken or LoadFailureKind.TooLarge => Doubled(TimeSpan.FromSeconds(1), attempts, TimeSpan.FromMinutes(5)),

        // These say nothing of the model; who asks again may have more luck at once.
        _ => TimeSpan.Zero,
    };

    private static TimeSpan Doubled(TimeSpan first, int attempts, TimeSpan most)
    {
        var delay = first * Math.Pow(2, Math.Min(attempts - 1, 30));
        return delay < most ? delay : most;
    }
}
