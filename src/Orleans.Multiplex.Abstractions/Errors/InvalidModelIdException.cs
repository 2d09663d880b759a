namespace Orleans.Multiplex;

/// <summary>The text given is no model id (see <see cref="ModelKey"/>), or a request names its model twice, differently, or not at all.</summary>
[GenerateSerializer, Alias("multiplex.InvalidModelIdException")]
public sealed class InvalidModelIdException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The text that was given.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence.</param>
    public InvalidModelIdException(string? modelId, string fault)
        : base(Printable(modelId), $"'{Printable(modelId)}' is no model id: {fault}") => Fault = fault;

    /// <summary>What is wrong with the text, as the end of a sentence.</summary>
    [Id(0)]
    internal string Fault { get; private set; }

    // An id is data and this one is not checked: what could forge a log line does not get into it, nor a megabyte of text.
    private static string Printable(string? text)
    {
        var cut = text is { Length: > 80 } ? text[..80] + "…" : text ?? "";
        return string.Create(cut.Length, cut, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
    }
}
