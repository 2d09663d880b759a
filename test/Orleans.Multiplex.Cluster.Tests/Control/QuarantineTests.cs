using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>What ends one silo is opened by none, until an operator clears it. Each silo has a machine of its own.</summary>
public sealed class QuarantineTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly DirectoryInfo _machines = Directory.CreateTempSubdirectory("multiplex-test-machines-");
    private readonly FakeBackend _engine = new();

    public QuarantineTests()
    {
        foreach (var model in new[] { "a", "b", "c", "d" })
        {
            _folder.Add(model);
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _machines.Delete(recursive: true);
    }

    [Fact]
    public async Task MarkFoundByOneSilo_IsRefusedOnAllAndClearedOnAllAtOnce()
    {
        await LeaveMarkAsync(machine: 1, "a");
        await using var cluster = await StartAsync(silos: 3);

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("a"));
        await Waiting.UntilAsync(() => cluster.Inner.Silos.All(silo => !Known(silo).IsEmpty));
        Assert.Contains("silo 'dead' ended while it was opening version 1", error.Reason, StringComparison.Ordinal);
        Assert.Contains("DELETE /multiplex/quarantine/a@1", error.Reason, StringComparison.Ordinal);
        Assert.Null(error.RetryAfter);
        await cluster.InferAsync("b");
        var entry = Assert.Single(await cluster.Sdk.GetQuarantineAsync(Waiting.Token).Soon());
        Assert.Equal(("a", 1L, "dead", error.Reason), (entry.Model, entry.Version, entry.Silo, entry.Reason));
        Assert.Contains((await cluster.Sdk.GetModelAsync("a", Waiting.Token).Soon()).Failures, failure => failure.Message == error.Message);
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("a@1"));
        Assert.Contains((await cluster.Sdk.GetModelAsync("a@1", Waiting.Token).Soon()).Failures, failure => failure.Message.Contains(error.Reason, StringComparison.Ordinal));

        Assert.Equal([entry], await cluster.Sdk.ClearQuarantineAsync("a", Waiting.Token).Soon());

        await cluster.InferAsync("a");
        await cluster.InferAsync("a@1");
        Assert.All(cluster.Inner.Silos, silo => Assert.True(Known(silo).IsEmpty));
        Assert.All(Enumerable.Range(0, 3), machine => Assert.Empty(Kept(machine, "json")));
        Assert.Empty(await cluster.Sdk.GetQuarantineAsync(Waiting.Token).Soon());
        await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Sdk.ClearQuarantineAsync("a", Waiting.Token).Soon());
    }

    [Fact]
    public async Task Clear_WhileASiloIsAway_ItLearnsItWhenItComesBack()
    {
        await LeaveMarkAsync(machine: 1, "a");
        await using var cluster = await StartAsync(silos: 2);
        await Waiting.UntilAsync(() => cluster.Inner.Silos.All(silo => !Known(silo).IsEmpty));
        await cluster.Inner.Inner.StopSiloAsync(cluster.Inner.Silos[1], Waiting.Token).Soon();
        await cluster.Sdk.ClearQuarantineAsync("a@1", Waiting.Token).Soon();
        Assert.Single(Kept(machine: 1, "json"));

        // The next one that starts is that of machine 1 again.
        await cluster.Inner.Inner.StartSilosAsync(1, Waiting.Token).Soon();
        var back = cluster.Inner.Silos[^1];

        await Waiting.UntilAsync(() => Kept(machine: 1, "json").Length == 0 && Known(back).IsEmpty);
        Assert.Single(Kept(machine: 1, "cleared"));
        await cluster.Inner.Log.WaitForTextAsync("Warning: Model 'a@1' is still refused");
        await cluster.InferAsync("a");
    }

    [Fact]
    public async Task Clear_IsAnsweredWhenItIsWrittenDownOnEachMachine()
    {
        using var disk = new ManualResetEventSlim();
        var writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await LeaveMarkAsync(machine: 1, "a");
        await using var cluster = await StartAsync(silos: 2, silo => silo.Services.AddSingleton(provider =>
        {
            var folder = new QuarantineFolder(provider.GetRequiredService<CacheFolder>(), NullLogger.Instance);
            return new KeptQuarantine(provider.GetRequiredService<QuarantinedModels>(), folder, new QuarantineWriter(Write), NullLogger.Instance);

            bool Write(QuarantineEntry entry)
            {
                if (entry.IsCleared && provider.GetRequiredService<ILocalSiloDetails>().Name == "Silo_1")
                {
                    writing.TrySetResult();
                    disk.Wait(Waiting.Token);
                }

                return folder.Write(entry);
            }
        }));
        await Waiting.UntilAsync(() => cluster.Inner.Silos.All(silo => !Known(silo).IsEmpty));

        var clearing = cluster.Sdk.ClearQuarantineAsync("a", Waiting.Token);

        await writing.Task.Soon();
        await Waiting.UntilAsync(() => cluster.Inner.Silos.All(silo => Known(silo).IsEmpty));
        await cluster.InferAsync("a");
        Assert.False(clearing.IsCompleted);
        Assert.Single(Kept(machine: 1, "json"));
        disk.Set();
        Assert.Single(await clearing.Soon());
        Assert.All(Enumerable.Range(0, 2), machine => Assert.Empty(Kept(machine, "json")));
    }

    [Fact]
    public async Task SiloKilledWhileItOpensWhatItHasAnnounced_IsRefusedOnTheOtherMachines()
    {
        await using var cluster = await StartAsync(silos: 3);
        var dying = await FindSiloToKillAsync(cluster);
        _engine.OnOpen = artifact =>
        {
            if (artifact.Id == "a")
            {
                cluster.Inner.Gates.ArriveAndBlock("open");
            }
        };
        var asking = cluster.InferAsync("a");
        await cluster.Inner.Gates.WaitForArrivalAsync("open");
        var killed = cluster.Inner.Silos[dying];
        Assert.Single(Known(killed).Openings);
        var others = cluster.Inner.Silos.Where(silo => silo != killed).ToList();

        await cluster.Inner.Inner.KillSiloAsync(killed, Waiting.Token).Soon();

        // Who waited for that silo learns of its end later than who asks anew.
        asking.Ignore();
        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("a"));
        Assert.Contains($"silo 'Silo_{dying}' ended while it was opening version 1", error.Reason, StringComparison.Ordinal);
        await Waiting.UntilAsync(() => others.All(silo => !Known(silo).IsEmpty));
        await cluster.InferAsync("b");

        cluster.Inner.Gates.OpenAll();
        await cluster.Sdk.ClearQuarantineAsync("a", Waiting.Token).Soon();
        await cluster.InferAsync("a");
    }

    [Fact]
    public async Task SiloThatStopsWhileItOpensWhatItHasAnnounced_TakesItBack()
    {
        await using var cluster = await StartAsync(silos: 3);
        var leaving = await FindSiloToKillAsync(cluster);
        var isFirst = 1;
        _engine.OnOpen = artifact =>
        {
            if (artifact.Id == "a" && Interlocked.Exchange(ref isFirst, 0) == 1)
            {
                cluster.Inner.Gates.ArriveAndBlock("open");
            }
        };
        var asking = cluster.InferAsync("a");
        await cluster.Inner.Gates.WaitForArrivalAsync("open");

        await cluster.Inner.Inner.StopSiloAsync(cluster.Inner.Silos[leaving], Waiting.Token).Soon();

        await asking;
        Assert.All(cluster.Inner.Silos, silo => Assert.True(Known(silo).IsEmpty));
        Assert.Equal(2, Directory.GetFiles(_machines.FullName, "*.marks", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task Open_WhatNoSiloOfTheMachineHasOpened_IsKnownToTheOthersBefore()
    {
        await using var cluster = await StartAsync(silos: 2);
        List<int> known = [];
        _engine.OnOpen = artifact => known.Add(cluster.Inner.Silos.Count(silo =>
            silo.ServiceProvider.GetRequiredService<Residency.ClusterResidencyView>().Rows.Any(row => row.Openings.Any(mark => mark.Model == artifact.Id))));

        await cluster.InferAsync("a");

        Assert.Equal([1], known);
        await Waiting.UntilAsync(() => cluster.Inner.Silos.All(silo =>
            silo.ServiceProvider.GetRequiredService<Residency.ClusterResidencyView>().Rows.All(row => row.Openings.IsEmpty)));
    }

    private static QuarantinedModels Known(TestingHost.InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<QuarantinedModels>();

    private string[] Kept(int machine, string ending) => Directory.GetFiles(Path.Combine(Machine(machine), "v1", "quarantine"), $"*.{ending}");

    private string Machine(int number) => Path.Combine(_machines.FullName, number.ToString(CultureInfo.InvariantCulture));

    private async Task<StoreCluster> StartAsync(int silos, Action<ISiloBuilder>? configure = null) => await StoreCluster.StartAsync(
        _folder,
        silos,
        maxModels: 1,
        engine: _engine,
        configureSilo: silo =>
        {
            silo.Services.AddOptions<MultiplexOptions>().Configure<IOptions<SiloOptions>>((options, own) =>
            {
                var index = int.Parse(own.Value.SiloName["Silo_".Length..], CultureInfo.InvariantCulture);
                options.Cache.Path = Machine(index < silos ? index : silos - 1);
            });
            configure?.Invoke(silo);
        });

    // The one silo that has room, and not the first, through which the client calls.
    private static async Task<int> FindSiloToKillAsync(StoreCluster cluster)
    {
        foreach (var model in new[] { "b", "c", "d" })
        {
            await cluster.InferAsync(model);
            cluster.Inner.TellAll();
            if (Free(cluster) is [> 0])
            {
                break;
            }
        }

        if (Free(cluster) is [])
        {
            await cluster.Sdk.UnloadAsync(cluster.Inner.Resident(1).Single(), Waiting.Token).Soon();
            cluster.Inner.TellAll();
        }

        return Free(cluster).Single();
    }

    private static List<int> Free(StoreCluster cluster) => [.. Enumerable.Range(0, cluster.Inner.Silos.Count).Where(silo => !cluster.Inner.Resident(silo).Any())];

    /// <summary>Leaves what a silo of a machine leaves that ends while it opens a model.</summary>
    private async Task LeaveMarkAsync(int machine, string model)
    {
        var store = new FolderModelStore(_folder.Path, new FolderNames(TimeProvider.System), NullLogger.Instance);
        var manifest = await store.FindAsync(ModelKey.Parse(model), _engine.ModelFileName, Waiting.Token);
        var slot = new byte[MarkSlot.Length];
        var mark = new OpeningMark(CacheFolder.NewName(), VersionKey.Of(store.Name, manifest!), model, manifest!.Version, "dead", DateTimeOffset.UnixEpoch);
        MarkSlot.Write(mark, slot);
        await File.WriteAllBytesAsync(CacheFolder.Open(Machine(machine)).Marks("dead"), slot, Waiting.Token);
    }
}
