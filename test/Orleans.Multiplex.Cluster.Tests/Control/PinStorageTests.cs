using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>Pins that outlive the cluster.</summary>
public sealed class PinStorageTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public PinStorageTests()
    {
        _folder.Add("a");
        _folder.Add("b");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GrainStorage_KeepsPinsBeyondTheCluster()
    {
        var storage = new FakeStorage();
        await using (var cluster = await StartAsync())
        {
            await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
            await cluster.Sdk.PinAsync("b", Waiting.Token).Soon();
            await cluster.Sdk.UnpinAsync("b", Waiting.Token).Soon();
        }

        await using var next = await StartAsync();

        await Waiting.UntilAsync(() => next.Ready() is ["a@1"]);

        Task<StoreCluster> StartAsync() => StoreCluster.StartAsync(
            _folder, silos: 2, configureSilo: silo => silo.Services.AddKeyedSingleton<IGrainStorage>("multiplex", storage));
    }

    /// <summary>A gateway has no grain storage: were the pins granted there, they would be kept nowhere.</summary>
    [Fact]
    public async Task Pins_AreGrantedWhereModelsAreHeld()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 4, routing: 3);

        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();

        Assert.Equal(cluster.Inner.Silos[0].SiloAddress, await FindAsync().Soon());

        // Orleans' own grain may be on a silo that has not heard yet which grains the others have.
        async Task<SiloAddress?> FindAsync()
        {
            var client = cluster.Inner.Client;
            while (true)
            {
                try
                {
                    return await client.GetGrain<IManagementGrain>(0).GetActivationAddress(client.GetGrain<IModelControlGrain>(0), Waiting.Token);
                }
                catch (ArgumentException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Waiting.Token);
                }
            }
        }
    }

    [Fact]
    public async Task GrainStorage_KeptPin_ProtectsItsModelBeforeAnythingElseIsAsked()
    {
        var storage = new FakeStorage();
        await using (var cluster = await StartAsync())
        {
            await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        }

        await using var next = await StartAsync();

        await Assert.ThrowsAsync<ModelPinnedException>(() => next.Sdk.UnloadAsync("a", Waiting.Token).Soon());

        Task<StoreCluster> StartAsync() => StoreCluster.StartAsync(
            _folder, configureSilo: silo => silo.Services.AddKeyedSingleton<IGrainStorage>("multiplex", storage));
    }

    [Fact]
    public async Task GrainStorage_Fails_NothingIsPinned()
    {
        var storage = new FakeStorage { Fault = new IOException("disk") };
        await using var cluster = await StoreCluster.StartAsync(
            _folder, configureSilo: silo => silo.Services.AddKeyedSingleton<IGrainStorage>("multiplex", storage));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster.Sdk.PinAsync("a", Waiting.Token).Soon());

        storage.Fault = null;
        Assert.Empty(await cluster.Sdk.GetPinsAsync(Waiting.Token));
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
    }

    [Fact]
    public async Task GrainStorage_ChangedByAnother_BothAreKept()
    {
        var storage = new FakeStorage();
        await using var cluster = await StoreCluster.StartAsync(
            _folder, configureSilo: silo => silo.Services.AddKeyedSingleton<IGrainStorage>("multiplex", storage));
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        storage.ChangeBesides();

        await cluster.Sdk.PinAsync("b", Waiting.Token).Soon();

        Assert.Equal(["a", "b"], (await cluster.Sdk.GetPinsAsync(Waiting.Token)).Select(static pin => pin.Model));
        Assert.Equal(1, storage.Conflicts);
    }

    private sealed class FakeStorage : IGrainStorage
    {
        private readonly ConcurrentDictionary<string, object> _states = new();
        private int _version;

        public int Conflicts { get; private set; }

        /// <summary>As another cluster member would, which has written the same once more.</summary>
        public void ChangeBesides() => _version++;

        public Exception? Fault { get; set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (Fault is { } fault)
            {
                throw fault;
            }

            if (_states.TryGetValue(stateName, out var state))
            {
                grainState.State = (T)state;
                grainState.RecordExists = true;
                grainState.ETag = $"{_version}";
            }

            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (Fault is { } fault)
            {
                throw fault;
            }

            if (_version > 0 && grainState.ETag != $"{_version}")
            {
                Conflicts++;
                throw new InconsistentStateException("changed", $"{_version}", grainState.ETag);
            }

            _states[stateName] = grainState.State!;
            grainState.ETag = $"{++_version}";
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            _states.TryRemove(stateName, out _);
            return Task.CompletedTask;
        }
    }
}
