namespace Orleans.Multiplex.Telemetry;

/// <summary>What events say to people.</summary>
internal static class EventText
{
    public static string Loaded(ModelName model, TimeSpan took, long bytes, bool isSuccessor) =>
        $"Loaded '{model}' ({new ByteSize(bytes)}) in {DurationText.Of(took)}{(isSuccessor ? ", to take the place of the one that answered" : "")}.";

    public static string LoadFailed(ModelName model, string reason) => $"Could not load '{model}': {reason}";

    public static string Evicted(ModelName model, in EvictedModel evicted) => $"Evicted '{model}' ({new ByteSize(evicted.Bytes)}): {Why(evicted)}";

    public static string Placed(string model, string reason, string silo) => $"'{model}' goes to silo '{silo}'. {reason}";

    private static string Why(in EvictedModel evicted) => evicted.Reason switch
    {
        EvictionReason.Quota => $"{Need(evicted)}, and {Choice(evicted)}.",
        EvictionReason.Idle => $"nobody asked for it for {DurationText.Of(evicted.Age)} (Multiplex:IdleUnload).",
        EvictionReason.Superseded => "a newer version took its place.",
        EvictionReason.Operator => "an operator unloaded it.",
        EvictionReason.Shutdown => "its silo stops.",
        EvictionReason.Moved => "it was handed over to another silo.",
        EvictionReason.Cooled or _ => "it was a copy, and fewer of them are needed now.",
    };

    private static string Need(in EvictedModel evicted) =>
        (string.IsNullOrEmpty(evicted.For) ? "a model that is larger than was reserved for it needed room" : $"'{evicted.For}' needed room")
        + $" within the quota of {evicted.Limit}";

    private static string Choice(in EvictedModel evicted) => evicted.WasInUse
        ? "of all models, which were in use, this one's last use began longest ago"
        : $"of those not in use and not pinned nobody had asked for this one for the longest time, {DurationText.Of(evicted.Age)}";
}
