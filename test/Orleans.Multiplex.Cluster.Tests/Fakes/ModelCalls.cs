using System.Runtime.CompilerServices;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What the grain class of a fake model does.</summary>
public abstract class ModelCalls(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : MultiplexedGrain<FakeModel>, IModelCalls
{
    public Task<string> CallAsync(CancellationToken cancellationToken) => Task.FromResult(Model.Use());

    public Task<string> WhereAsync(CancellationToken cancellationToken)
    {
        Model.Use();
        return Task.FromResult(silo.Name);
    }

    public Task<string> WaitAsync(string gate, CancellationToken cancellationToken) =>
        Model.UseAsync(() => gates.ArriveAsync(gate, cancellationToken));

    public Task<string> WaitDeafAsync(string gate, CancellationToken cancellationToken) =>
        Model.UseAsync(() => gates.ArriveAsync(gate, CancellationToken.None));

    public Task<string> BlockThreadAsync(string gate, CancellationToken cancellationToken) => RunAsync(model =>
    {
        using (model.Begin())
        {
            gates.ArriveAndBlock(gate);
            return $"{model.Name} {MultiplexContext.ModelId}";
        }
    });

    public Task MarkAsync(string mark, CancellationToken cancellationToken) => RunAsync(model =>
    {
        model.Use();
        host.Events.Add(mark);
    });

    public Task<string> DescribeThreadAsync(CancellationToken cancellationToken) =>
        RunAsync(model => $"{model.Use()} {Thread.CurrentThread.Name} {MultiplexContext.ModelId}");

    public Task<string> DescribeSchedulerAsync(CancellationToken cancellationToken) => RunAsync(async model =>
    {
        var before = TaskScheduler.Current.GetType().Name;
        await Task.Yield();
        return $"{model.Use()} {before} {TaskScheduler.Current.GetType().Name} {MultiplexContext.ModelId}";
    });

    public async Task<string> ReadContextAsync(string? downstream, bool flow, CancellationToken cancellationToken)
    {
        var before = MultiplexContext.ModelId;
        using var flowing = flow ? MultiplexContext.Flow() : null;
        await Task.Yield();
        var below = downstream is null
            ? await grains.GetGrain<IContextReader>(0).ReadAsync()
            : await grains.GetGrain<IOtherGrain>(downstream).ReadContextAsync(null, flow: false, cancellationToken);
        return $"{before}>{below}>{MultiplexContext.ModelId}";
    }

    public Task<string> ReadNestedKeysAsync(CancellationToken cancellationToken) => grains.GetGrain<IContextReader>(0).ReadKeysAsync();

    public Task<string> ThrowAsync(CancellationToken cancellationToken)
    {
        host.Events.Add("throw");
        throw host.ErrorOfItsOwn();
    }

    public async IAsyncEnumerable<string> ThrowInStreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Model.Use();
        await Task.Yield();
        host.Events.Add("throw");
        throw host.ErrorOfItsOwn();
    }

    public async IAsyncEnumerable<string> StreamAsync(int count, string gate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (Model.Begin())
        {
            for (var i = 0; i < count; i++)
            {
                yield return $"{MultiplexContext.ModelId}:{i}";
                await gates.ArriveAsync(gate, cancellationToken);
            }
        }
    }

    public async IAsyncEnumerable<string> StreamFromThreadAsync(
        int count, string gate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            yield return await RunAsync(model => $"{model.Use()}:{MultiplexContext.ModelId}");
            await gates.ArriveAsync($"{gate}{i}", cancellationToken);
        }
    }

    public Task LeaveUseBehindAsync(string gate, CancellationToken cancellationToken)
    {
        _ = UseLaterAsync();
        return Task.CompletedTask;

        async Task UseLaterAsync()
        {
            await gates.ArriveAsync(gate, CancellationToken.None);
            TryUse("later");
        }
    }

    public Task UseInTimerAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(
            _ =>
            {
                TryUse("timer");
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    protected override Task<FakeModel> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        host.LoadAsync(artifact, cancellationToken);

    protected override ValueTask<long?> MeasureAsync(FakeModel model, CancellationToken cancellationToken) => new(host.Bytes(model.Name));

    protected override ValueTask WarmUpAsync(FakeModel model, CancellationToken cancellationToken)
    {
        host.WarmedUp.Enqueue(model.Name);
        return default;
    }

    private void TryUse(string when)
    {
        try
        {
            host.Events.Add($"{when}: used {Model.Use()}");
        }
        catch (InvalidOperationException error)
        {
            host.Events.Add($"{when}: {error.GetType().Name}");
        }
    }
}
