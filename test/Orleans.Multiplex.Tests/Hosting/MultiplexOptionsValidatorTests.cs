using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Loading;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

public sealed class MultiplexOptionsValidatorTests
{
    private static readonly Type[] Good = [typeof(InferenceGrain), typeof(PlainGrain), typeof(UnlimitedGrain)];

    [Fact]
    public void FindFaults_Defaults_AreGood() => Assert.Empty(Faults(_ => { }));

    [Fact]
    public void FindFaults_EverythingSetWell_IsGood() => Assert.Empty(Faults(options =>
    {
        options.Models = "models";
        options.MaxModelsPerSilo = 1;
        options.MaxBytesPerSilo = new ByteSize(1);
        options.RequestTimeout = TimeSpan.FromDays(1);
        options.MaxRequestTimeout = TimeSpan.FromDays(1);
        options.IdleUnload = TimeSpan.FromDays(400);
        options.Load.DrainPatience = TimeSpan.Zero;
        options.Load.MaxBytesInProgress = new ByteSize(1);
        options.Versions.RefreshInterval = TimeSpan.Zero;
        options.Load.RoomTimeout = options.Load.Timeout;
        options.Pools["plaingrain"] = new PoolOptions { MaxModelsPerSilo = -1 };
        options.Pools["Inference"] = new PoolOptions();
    }));

    public static TheoryData<string, Action<MultiplexOptions>> SingleFaults => new()
    {
        { "Multiplex:MaxModelsPerSilo is 0; it must be a positive number, or -1 for no limit.", options => options.MaxModelsPerSilo = 0 },
        { "Multiplex:MaxModelsPerSilo is -2; it must be a positive number, or -1 for no limit.", options => options.MaxModelsPerSilo = -2 },
        { "Multiplex:Pools:PlainGrain:MaxModelsPerSilo is 0; it must be a positive", options => options.Pools["PlainGrain"] = new PoolOptions { MaxModelsPerSilo = 0 } },
        { "Multiplex:Pools:Typo names no pool. There are: Inference, PlainGrain, Unlimited.", options => options.Pools["Typo"] = new PoolOptions() },
        { "Multiplex:Models is empty", options => options.Models = " " },
        { "Multiplex:MaxBytesPerSilo", options => options.MaxBytesPerSilo = new ByteSize(0) },
        { "Multiplex:RequestTimeout", options => options.RequestTimeout = TimeSpan.Zero },
        { "Multiplex:RequestTimeout", options => options.RequestTimeout = TimeSpan.FromDays(60) },
        { "Multiplex:MaxRequestTimeout is 00:10:00; it must be at least Multiplex:RequestTimeout (00:11:00)", options => options.RequestTimeout = TimeSpan.FromMinutes(11) },
        { "Multiplex:MaxRequestTimeout", options => options.MaxRequestTimeout = TimeSpan.FromHours(25) },
        { "Multiplex:MaxRequestBytes", options => options.MaxRequestBytes = new ByteSize(0) },
        { "Multiplex:MaxRequestBytes", options => options.MaxRequestBytes = new ByteSize((1L << 30) + 1) },
        { "Multiplex:IdleUnload", options => options.IdleUnload = TimeSpan.Zero },
        { "Multiplex:Pinned:1 is 'a b'; it must be a model's id, or id@version;", options => new[] { "a@2", "a b" }.ToList().ForEach(options.Pinned.Add) },
        { "Multiplex:Cache:Path is empty", options => options.Cache.Path = "" },
        { "Multiplex:Cache:MaxBytes is 0B", options => options.Cache.MaxBytes = new ByteSize(0) },
        { "Multiplex:Load:MaxParallel", options => options.Load.MaxParallel = -1 },
        { "Multiplex:Load:MaxBytesInProgress", options => options.Load.MaxBytesInProgress = new ByteSize(-1) },
        { "Multiplex:Load:Timeout", options => (options.Load.Timeout, options.Load.RoomTimeout) = (TimeSpan.FromDays(60), TimeSpan.FromDays(1)) },
        { "Multiplex:Load:RoomTimeout", options => options.Load.RoomTimeout = TimeSpan.Zero },
        { "Multiplex:Load:RoomTimeout", options => options.Load.RoomTimeout = options.Load.Timeout + TimeSpan.FromTicks(1) },
        { "Multiplex:Versions:RefreshInterval", options => options.Versions.RefreshInterval = TimeSpan.FromMilliseconds(99) },
        { "Multiplex:Versions:RefreshInterval", options => options.Versions.RefreshInterval = TimeSpan.FromDays(2) },
        { "Multiplex:Versions:SwapTimeout", options => options.Versions.SwapTimeout = TimeSpan.Zero },
        { "Multiplex:Versions:WithoutRoom", options => options.Versions.WithoutRoom = (WithoutRoom)7 },
        { "Multiplex:Load:MaxWaiting", options => options.Load.MaxWaiting = 0 },
        { "Multiplex:Load:DrainPatience", options => options.Load.DrainPatience = TimeSpan.FromTicks(-1) },
        { "Multiplex:Load:DrainPatience", options => options.Load.DrainPatience = TimeSpan.FromDays(250) },
        { "Multiplex:Execution:Threads", options => options.Execution.Threads = -1 },
        { "Multiplex:Execution:MaxQueued", options => options.Execution.MaxQueued = 0 },
    };

    [Theory]
    [MemberData(nameof(SingleFaults), DisableDiscoveryEnumeration = true)]
    public void FindFaults_OneFault_IsNamed(string beginning, Action<MultiplexOptions> spoil) =>
        Assert.StartsWith(beginning, Assert.Single(Faults(spoil)), StringComparison.Ordinal);

    [Fact]
    public void FindFaults_ManyFaults_AreAllNamedAtOnce() => Assert.Equal(5, Faults(options =>
    {
        options.MaxModelsPerSilo = 0;
        options.RequestTimeout = TimeSpan.Zero;
        options.Load.MaxWaiting = 0;
        options.Execution.MaxQueued = 0;
        options.Pools["Typo"] = new PoolOptions();
    }).Count);

    [Fact]
    public void FindFaults_AttributeWithABadCount_NamesTheClass() => Assert.Contains(
        $"on class {typeof(ZeroGrain).FullName} is 0; it must be a positive number, or -1 for no limit.",
        Assert.Single(Faults(_ => { }, [typeof(ZeroGrain)])),
        StringComparison.Ordinal);

    [Fact]
    public void FindFaults_TwoClassesOfOnePool_NamesBoth()
    {
        var fault = Assert.Single(Faults(_ => { }, [typeof(PlainGrain), typeof(NamesakeGrain)]));

        Assert.Contains(typeof(PlainGrain).FullName!, fault, StringComparison.Ordinal);
        Assert.Contains(typeof(NamesakeGrain).FullName!, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void FindFaults_ClassOfTheStoreWithoutStore_NamesTheClass()
    {
        Assert.Contains(nameof(StoreGrain), Assert.Single(Faults(_ => { }, [typeof(StoreGrain)], hasStore: false)), StringComparison.Ordinal);
        Assert.Empty(Faults(_ => { }, [typeof(StoreGrain)]));
    }

    [Fact]
    public void FindFaults_StoreThatNothingOpens_SaysWhatToAdd()
    {
        Assert.Contains("AddOnnxRuntime()", Assert.Single(Faults(options => options.Models = "models", hasBackend: false)), StringComparison.Ordinal);
        Assert.Empty(Faults(options => options.Models = "models", [typeof(StoreGrain)], hasBackend: false));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void FindFaults_PinsWithoutModelsOfAStore_SaysWhatToSet(bool hasBackend, bool hasStore) => Assert.StartsWith(
        "Multiplex:Pinned names models of the store, and this silo serves none",
        Assert.Single(Faults(options => options.Pinned.Add("a"), hasBackend: hasBackend, hasStore: hasStore)),
        StringComparison.Ordinal);

    [Fact]
    public void Create_Pools_SettingsOverrideTheClassAndTheStoreHasItsOwn()
    {
        var options = new MultiplexOptions { MaxModelsPerSilo = 7 };
        options.Pools["PLAINGRAIN"] = new PoolOptions { MaxModelsPerSilo = 9 };

        var pools = Classes(Good).CreatePools(options);

        Assert.Equal(
            [("Inference", 7), ("PlainGrain", 9), ("Unlimited", -1)], pools.All.Select(pool => (pool.Name, pool.MaxModels)).OrderBy(pool => pool.Name));
        Assert.Equal(3, Classes(typeof(PlainGrain)).CreatePools(new MultiplexOptions()).Get(typeof(PlainGrain)).MaxModels);
    }

    private static MultiplexedClasses Classes(params Type[] classes)
    {
        var grainTypes = new GrainTypeOptions();
        grainTypes.Classes.UnionWith(classes);
        return new MultiplexedClasses(Options.Create(grainTypes));
    }

    private static List<string> Faults(
        Action<MultiplexOptions> spoil, IReadOnlyList<Type>? classes = null, bool hasBackend = true, bool hasStore = true)
    {
        var options = new MultiplexOptions();
        spoil(options);
        return
        [
            .. MultiplexOptionsValidator.FindFaultsOfValues(options),
            .. MultiplexOptionsValidator.FindFaultsOfClasses(options, classes ?? Good, hasBackend, hasStore),
        ];
    }
}
