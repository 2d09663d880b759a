namespace Orleans.Multiplex;

/// <summary>The model is pinned, and what was asked for would take it away, which did not happen. Copies of it that no pin keeps may have gone.</summary>
[GenerateSerializer, Alias("multiplex.ModelPinnedException")]
public sealed class ModelPinnedException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="pin">The pin that keeps it: <c>id</c> or <c>id@version</c>.</param>
    /// <param name="origin">Where the pin comes from.</param>
    public ModelPinnedException(string modelId, string pin, PinOrigin origin)
        : base(modelId, $"Model '{modelId}' is kept by the pin '{pin}'. {Remedy(origin)}") => (Pin, Origin) = (pin, origin);

    /// <summary>The pin that keeps it: <c>id</c> or <c>id@version</c>.</summary>
    [Id(0)]
    public string Pin { get; private set; }

    /// <summary>Where the pin comes from.</summary>
    [Id(1)]
    public PinOrigin Origin { get; private set; }

    private static string Remedy(PinOrigin origin) => origin switch
    {
        PinOrigin.Settings => "It stands in the settings of a silo: take it out of Multiplex:Pinned there, and start the silo anew.",
        PinOrigin.ModelFile => "It stands in the model.json of that version: take \"pin\" out of that file in the store, which the silos notice (Multiplex:Versions:RefreshInterval), or unload it.",
        _ => "Unpin it first.",
    };
}
