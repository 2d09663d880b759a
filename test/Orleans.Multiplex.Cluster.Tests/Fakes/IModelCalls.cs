namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>The ways in which the grains of the tests use their model.</summary>
public interface IModelCalls : IGrainWithStringKey
{
    /// <summary>Uses the model and returns its name.</summary>
    Task<string> CallAsync(CancellationToken cancellationToken = default);

    /// <summary>Uses the model and returns the silo's name.</summary>
    Task<string> WhereAsync(CancellationToken cancellationToken = default);

    /// <summary>Uses the model until the gate opens.</summary>
    Task<string> WaitAsync(string gate, CancellationToken cancellationToken = default);

    /// <summary>Uses the model until the gate opens, whoever has gone meanwhile.</summary>
    Task<string> WaitDeafAsync(string gate, CancellationToken cancellationToken = default);

    /// <summary>Uses the model on an inference thread, which it blocks until the gate opens.</summary>
    Task<string> BlockThreadAsync(string gate, CancellationToken cancellationToken = default);

    /// <summary>Runs on an inference thread and leaves the mark as an event of the silo.</summary>
    Task MarkAsync(string mark, CancellationToken cancellationToken = default);

    /// <summary>Where synchronous use runs: the model, the thread, and the id readable there.</summary>
    Task<string> DescribeThreadAsync(CancellationToken cancellationToken = default);

    /// <summary>Where asynchronous use runs: the scheduler, before and after an await.</summary>
    Task<string> DescribeSchedulerAsync(CancellationToken cancellationToken = default);

    /// <summary>The id before a nested call, in it, and after it.</summary>
    Task<string> ReadContextAsync(string? downstream, bool flow, CancellationToken cancellationToken = default);

    /// <summary>What a nested call gets of the caller's request context.</summary>
    Task<string> ReadNestedKeysAsync(CancellationToken cancellationToken = default);

    /// <summary>Throws the host's error and leaves an event of the silo.</summary>
    Task<string> ThrowAsync(CancellationToken cancellationToken = default);

    /// <summary>Throws the host's error after one element and leaves an event of the silo.</summary>
    IAsyncEnumerable<string> ThrowInStreamAsync(CancellationToken cancellationToken = default);

    /// <summary>Elements that carry the id; waits at the gate after each.</summary>
    IAsyncEnumerable<string> StreamAsync(int count, string gate, CancellationToken cancellationToken = default);

    /// <summary>Elements made on an inference thread; waits at the gate after each.</summary>
    IAsyncEnumerable<string> StreamFromThreadAsync(int count, string gate, CancellationToken cancellationToken = default);

    /// <summary>Leaves a use of the model behind that goes on after the call, when the gate opens. Its result is an event of the silo.</summary>
    Task LeaveUseBehindAsync(string gate, CancellationToken cancellationToken = default);

    /// <summary>Lets a timer of the grain use the model. Its result is an event of the silo.</summary>
    Task UseInTimerAsync(CancellationToken cancellationToken = default);
}

public interface IFakeGrain : IModelCalls;

public interface IOtherGrain : IModelCalls;

public interface IDefaultGrain : IModelCalls;

public interface IUnlimitedGrain : IModelCalls;

public interface IStoreGrain : IModelCalls;

public interface IFaultyGrain : IModelCalls;

public interface IDisposableGrain : IGrainWithStringKey
{
    Task<string> CallAsync(CancellationToken cancellationToken = default);
}

public interface IContextReader : IGrainWithIntegerKey
{
    Task<string> ReadAsync();

    Task<string> ReadKeysAsync();
}

public interface IBatchGrain : IGrainWithStringKey
{
    /// <summary>An item of a batch; negative ones fail.</summary>
    Task<string> AskAsync(int item, CancellationToken cancellationToken = default);

    /// <summary>An item of a batch whose function captures it.</summary>
    Task<string> AskWronglyAsync(int item, CancellationToken cancellationToken = default);

    /// <summary>An item of a batch whose function is a method of the grain.</summary>
    Task<string> AskByMethodAsync(int item, CancellationToken cancellationToken = default);

    /// <summary>An item of a batch that gives one result too few.</summary>
    Task<string> AskTooFewAsync(int item, CancellationToken cancellationToken = default);
}
