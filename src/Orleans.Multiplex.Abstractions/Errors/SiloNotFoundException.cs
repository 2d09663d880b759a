using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>The cluster has no silo of this name.</summary>
[GenerateSerializer, Alias("multiplex.SiloNotFoundException")]
public sealed class SiloNotFoundException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="silo">The name that was asked for.</param>
    /// <param name="silos">The names of those that there are.</param>
    public SiloNotFoundException(string silo, ImmutableArray<string> silos)
        : base("", $"The cluster has no silo '{silo}'; there are {string.Join(", ", silos.Select(static one => $"'{one}'"))}.") => Silo = silo;

    /// <summary>The name that was asked for.</summary>
    [Id(0)]
    public string Silo { get; private set; }
}
