using System.Collections.ObjectModel;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Tests.Settings;

public enum Colour
{
    Red,
    DarkBlue,
}

[Flags]
public enum Shades
{
    None = 0,
    Light = 1,
    Dark = 2,
}

public sealed class SomeOptions
{
    public string? Text { get; set; }

    public bool Flag { get; set; }

    public int Count { get; set; } = 7;

    public long? Big { get; set; }

    public double Share { get; set; }

    public Colour Colour { get; set; }

    public Shades Shades { get; set; }

    public TimeSpan Time { get; set; }

    public ByteSize? Size { get; set; }

    public int Fixed { get; } = 1;

    public SomeParts Parts { get; } = new();

    public SomeParts? Optional { get; set; }

    public Dictionary<string, SomeParts> ByName { get; } = new(StringComparer.OrdinalIgnoreCase) { ["there"] = new SomeParts { Inner = 5 } };

    public Dictionary<string, string> Texts { get; } = [];

    public Collection<string> List { get; } = ["default"];
}

public sealed class SomeParts
{
    public int Inner { get; set; } = 2;

    public int Other { get; set; } = 3;
}

public sealed class SomeValidator : ISettingsValidator<SomeOptions>
{
    public static string Section => "Multiplex:Some";

    public IEnumerable<string> FindFaults(SomeOptions options) => Rules.Require(options.Count < 10, "Multiplex:Some:Count", options.Count, "below ten");
}
