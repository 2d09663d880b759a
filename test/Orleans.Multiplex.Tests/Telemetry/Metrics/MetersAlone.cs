using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

/// <summary>Who collects from the meter in this process collects from all meters of its name; and one that ends elsewhere ends series of all.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MetersAlone
{
    public const string Name = "meters, alone";
}
