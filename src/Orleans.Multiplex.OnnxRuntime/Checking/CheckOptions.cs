namespace Orleans.Configuration;

/// <summary>
/// How the store's ONNX models are checked before a silo opens them (<c>Multiplex:Models</c>, whose own value is the address of the store). A file that is
/// damaged or meant to do harm can end the process that opens it, so each is opened and run once in a worker process first.
/// </summary>
public sealed class CheckOptions
{
    /// <summary>
    /// Whether all models of the store are trusted: they are opened unchecked, and no worker process is started for it. Default: false.
    /// </summary>
    public bool Trusted { get; set; }

    /// <summary>
    /// How long a model may take to be opened, and as long again to be run once on made-up inputs, in the worker process. Default: 30 s; above zero, at
    /// most a day.
    /// </summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
