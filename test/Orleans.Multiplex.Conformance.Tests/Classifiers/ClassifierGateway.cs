using Orleans.Multiplex.Conformance.Tests.Calls;
using Xunit;

namespace Orleans.Multiplex.Conformance.Tests.Classifiers;

/// <summary>A gateway that serves all classifiers to a class of tests, and may hold only some of them at once.</summary>
public sealed class ClassifierGateway : IAsyncLifetime
{
    private const int Quota = 3;

    internal ServedModels Models { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Models = await ServedModels.StartAsync(
        Classifier.All.Select(classifier => (classifier.Id, classifier.File)), Quota, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Models.DisposeAsync();
}
