using Orleans.Multiplex.Execution.Batching;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Batching;

public sealed class SharedStopTests : IDisposable
{
    private readonly TestSilo _silo = new();
    private readonly RowSession _session = new();

    public void Dispose()
    {
        _session.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task Token_IsCancelledWhenTheLastCallerGoes()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        using var stop = new SharedStop([Run(first.Token), Run(second.Token)]);

        await first.CancelAsync();
        Assert.False(stop.Token.IsCancellationRequested);
        await second.CancelAsync();
        Assert.True(stop.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Token_CallersWhoCannotGo_IsNeverCancelled()
    {
        using var first = new CancellationTokenSource();
        using var stop = new SharedStop([Run(first.Token), Run(CancellationToken.None)]);

        await first.CancelAsync();

        Assert.False(stop.Token.IsCancellationRequested);
    }

    private InferenceRun Run(CancellationToken stop) => new(
        _session, RowSession.Ask(1), TestSilo.Use(_silo.Reside($"{Guid.NewGuid()}", model: _session)), null, TimeSpan.FromMinutes(1), TimeProvider.System, stop, CancellationToken.None);
}
