namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>An API key as a request meets it.</summary>
internal sealed class ApiKey(string name, byte[] hash, ApiKeyOptions options, TimeProvider time)
{
    private readonly RateLimit? _limit = options.Rate is { } rate ? new(rate, options.Burst ?? Math.Max(1, (int)Math.Ceiling(rate)), time) : null;

    /// <summary>By which the log and the caller know the key.</summary>
    public string Name => name;

    public ReadOnlySpan<byte> Hash => hash;

    public bool Has(Right right) => options.Rights.HasFlag((AccessRights)right);

    /// <summary>Whether it is for some models only.</summary>
    public bool IsLimited => options.ModelPrefix is not null;

    public bool Covers(string modelId) => options.ModelPrefix is not { } prefix || ModelPrefix.Covers(prefix, modelId);

    /// <summary>Counts a request; says why not where there are too many.</summary>
    public Refusal? Count() => _limit is null || _limit.TryTake(out var wait)
        ? null
        : new Refusal(RefusalReason.TooMany, $"The key '{Name}' is at its rate, {options.Rate} requests per second; send less, or ask for a higher rate.", Name, wait);
}
