namespace Orleans.Multiplex.LoadGenerator;

/// <summary>A request, and its right answer.</summary>
public sealed record Call
{
    /// <summary>The path.</summary>
    public required string Path { get; init; }

    /// <summary>Headers beside the host and the length, in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The body; empty for a GET.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The FP32 numbers that the answer must have, in the order of its bytes; empty where any answer is right.</summary>
    public ReadOnlyMemory<byte> Expected { get; init; }

    /// <summary>Whether the answer has the numbers in its JSON, as <c>"data":[…]</c>; else they are its last bytes.</summary>
    public bool IsJson { get; init; }

    /// <summary>How often it is sent, beside the other ones.</summary>
    public double Weight { get; init; } = 1;
}
