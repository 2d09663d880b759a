using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>Over which wires a point is looked at.</summary>
public static class Wires
{
    public static TheoryData<Wire> All => [Wire.Json, Wire.Binary, Wire.Typed, Wire.Raw];

    /// <summary>One for each protocol, where no tensors are sent.</summary>
    public static TheoryData<Wire> RestAndGrpc => [Wire.Json, Wire.Typed];
}
