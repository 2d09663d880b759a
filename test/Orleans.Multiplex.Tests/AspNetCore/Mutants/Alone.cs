using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>Tests that run with no others beside them, because they look at what the process allocates.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
