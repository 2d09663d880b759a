namespace Orleans.Multiplex.AspNetCore;

/// <summary>An API key: how it is known, and what it allows.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>
    /// <c>sha256:</c> and the SHA-256 of the key in 64 hexadecimal digits. The key itself is nowhere kept. A fast hash is enough for a key of at
    /// least 128 random bits, which nobody finds by trying; a word that a person thought of is no key.
    /// </summary>
    public string Hash { get; set; } = "";

    /// <summary>What the key allows; at least one right. In settings: names with commas between them, such as <c>infer,read</c>.</summary>
    public AccessRights Rights { get; set; }

    /// <summary>
    /// The models that the key is for; null for all. <c>team-a</c> is the model of this id and those below it (<c>team-a/iris</c>, not
    /// <c>team-ab</c>); what ends in one of <c>/ - . _ :</c> is each id that begins so (<c>team-a/</c>: those below it alone). Of every version.
    /// </summary>
    public string? ModelPrefix { get; set; }

    /// <summary>
    /// The most requests per second, in the long run, to each process that answers; null for no limit. More is answered with 429, over gRPC with
    /// RESOURCE_EXHAUSTED. A message of a stream counts as a request. From 0.001 to 1,000,000.
    /// </summary>
    public double? Rate { get; set; }

    /// <summary>How many requests may come at once after a pause. Default: those of one second, at least one. From 1 to 1,000,000.</summary>
    public int? Burst { get; set; }
}
