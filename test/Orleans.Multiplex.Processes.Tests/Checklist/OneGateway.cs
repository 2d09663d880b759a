using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>One gateway for all points, which are looked at one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class OneGateway : ICollectionFixture<ChecklistGateway>
{
    public const string Name = "The checklist of the Open Inference Protocol";
}
