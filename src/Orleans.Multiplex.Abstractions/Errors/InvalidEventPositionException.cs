namespace Orleans.Multiplex;

/// <summary>A text is no position in the events of the cluster.</summary>
[GenerateSerializer, Alias("multiplex.InvalidEventPositionException")]
public sealed class InvalidEventPositionException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="position">The text.</param>
    public InvalidEventPositionException(string position)
        : base("", "This is no position in the events of the cluster. Give one that came with events (over HTTP the last id), or none to begin with the last ones.") =>
        Position = position;

    /// <summary>The text.</summary>
    [Id(0)]
    public string Position { get; private set; }
}
