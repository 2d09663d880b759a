namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Finds operators of domains that nobody here has: their code would have to come from a library of their own, and none is ever loaded. A file may
/// define a domain itself, by functions.
/// </summary>
internal sealed class OperatorDomains
{
    private const int MaxBytes = 256;

    // More than any real model has.
    private const int MaxUnknown = 100;

    // Those of ONNX and of the operators that ONNX Runtime was built with; the last two it makes itself when it optimizes.
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training", "com.microsoft", "com.microsoft.experimental",
        "org.pytorch.aten", "com.microsoft.nchwc", "com.ms.internal.nhwc",
    };

    private readonly HashSet<string> _unknown = new(StringComparer.Ordinal);
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    /// <summary>Reads the domain of a node.</summary>
    public void ReadUsed(WireReader reader, long end)
    {
        if (Read(reader, end) is var domain && !Known.Contains(domain) && _unknown.Add(domain) && _unknown.Count > MaxUnknown)
        {
            throw Unknown(domain);
        }
    }

    /// <summary>Reads the domain of a function that the file defines.</summary>
    public void ReadDefined(WireReader reader, long end) => _defined.Add(Read(reader, end));

    /// <summary>Refuses the file if it has operators of an unknown domain, once all of it is read.</summary>
    /// <exception cref="InvalidDataException">It has; the message names one.</exception>
    public void ThrowIfUnknown()
    {
        if (_unknown.FirstOrDefault(domain => !_defined.Contains(domain)) is { } domain)
        {
            throw Unknown(domain);
        }
    }

    private static string Read(WireReader reader, long end) => reader.ReadText(end, MaxBytes);

    private static InvalidDataException Unknown(string domain) => new(
        $"it has operators of the domain {Wording.Quote(domain)}, which ONNX Runtime does not have here. Those of ONNX, ai.onnx.ml and com.microsoft can be served, "
        + "and those that the file itself defines.");
}
