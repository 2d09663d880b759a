using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Tests.Storage.Quarantine;

/// <summary>Entries for tests.</summary>
internal static class Entries
{
    public static readonly DateTimeOffset At = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static QuarantineEntry Make(string id, string key = "key", string model = "iris", long version = 1, int beside = 0, bool isCleared = false, DateTimeOffset? at = null) =>
        new(new OpeningMark(id, key, model, version, "silo-1", at ?? At), beside, isCleared);
}
