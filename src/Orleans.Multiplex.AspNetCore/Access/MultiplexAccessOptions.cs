namespace Orleans.Multiplex.AspNetCore;

/// <summary>Who may call the HTTP and gRPC endpoints; section <c>Multiplex</c>.</summary>
public sealed class MultiplexAccessOptions
{
    /// <summary>
    /// The API keys, by a name for each that the log may show. With any key here, every request but the health probes needs one, also from
    /// loopback. Without: inference answers from anywhere, the rest on loopback only. Read at start.
    /// </summary>
    /// <remarks>By name and not a list: settings of several sources add up by name, where lists would mix the hash of one key with the rights of another.</remarks>
    public Dictionary<string, ApiKeyOptions> ApiKeys { get; } = new(StringComparer.OrdinalIgnoreCase);
}
