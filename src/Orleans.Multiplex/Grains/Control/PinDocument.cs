namespace Orleans.Multiplex.Grains.Control;

/// <summary>Operators' pins as a grain storage keeps them. The names are what is stored: they stay as they are.</summary>
[GenerateSerializer, Alias("multiplex.PinDocument")]
internal sealed class PinDocument
{
    [Id(0)]
    public List<Mark> Marks { get; set; } = [];

    /// <summary>The last word on a model.</summary>
    [GenerateSerializer, Alias("multiplex.PinDocument.Mark")]
    internal sealed class Mark
    {
        [Id(0)]
        public string Model { get; set; } = "";

        [Id(1)]
        public long Stamp { get; set; }

        [Id(2)]
        public bool IsPinned { get; set; }
    }
}
