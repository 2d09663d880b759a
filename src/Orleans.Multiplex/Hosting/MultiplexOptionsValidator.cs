using Orleans.Configuration;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Settings;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Hosting;

/// <summary>Checks the settings of a silo, and its grain classes with them.</summary>
internal sealed class MultiplexOptionsValidator(MultiplexedClasses classes, SiloParts parts, IEnumerable<IModelStoreScheme> schemes)
    : ISettingsValidator<MultiplexOptions>
{
    public static string Section => "Multiplex";

    public IEnumerable<string> FindFaults(MultiplexOptions options) =>
    [
        .. FindFaultsOfValues(options),
        .. parts.HoldsModels ? StoreAddress.FindFaults(options.Models, [.. schemes]) : [],
        .. FindFaultsOfClasses(options, classes.All, parts.HasBackend, parts.HasStore, parts.HoldsModels),
    ];

    public static IEnumerable<string> FindFaultsOfValues(MultiplexOptions options) =>
    [
        .. Rules.Require(
            options.Models is null || !string.IsNullOrWhiteSpace(options.Models), "Multiplex:Models", "empty", "the folder of models, s3://bucket/prefix, or left out"),
        .. RequireCount("Multiplex:MaxModelsPerSilo", options.MaxModelsPerSilo),
        .. options.Pools.SelectMany(pool => pool.Value.MaxModelsPerSilo is { } count ? RequireCount($"Multiplex:Pools:{pool.Key}:MaxModelsPerSilo", count) : []),
        .. Rules.Require(
            options.MaxBytesPerSilo is null or { Bytes: > 0 }, "Multiplex:MaxBytesPerSilo", options.MaxBytesPerSilo, "above zero, for instance 512MiB"),
        .. Rules.Require(
            options.MaxMappedBytesPerSilo is null or { Bytes: > 0 },
            "Multiplex:MaxMappedBytesPerSilo",
            options.MaxMappedBytesPerSilo,
            "above zero, for instance 4GiB"),
        .. Rules.RequireTime("Multiplex:RequestTimeout", options.RequestTimeout),
        .. Rules.RequireMaxTime("Multiplex:MaxRequestTimeout", options.MaxRequestTimeout, "Multiplex:RequestTimeout", options.RequestTimeout),
        .. Rules.RequireRequestBytes("Multiplex:MaxRequestBytes", options.MaxRequestBytes),
        .. Rules.Require(
            options.IdleUnload is null || options.IdleUnload > TimeSpan.Zero,
            "Multiplex:IdleUnload",
            options.IdleUnload,
            "above zero, or left out to keep idle models"),
        .. Rules.Require(options.Pinned.Count <= PinnedModels.Most, "Multiplex:Pinned", $"a list of {options.Pinned.Count}", $"at most {PinnedModels.Most} models"),
        .. options.Pinned.SelectMany(static (pin, i) => Rules.Require(
            ModelKey.TryParse(pin, out _, out var fault), $"Multiplex:Pinned:{i}", $"'{pin}'", $"a model's id, or id@version; {fault}")),
        .. Rules.Require(options.MaxCopies is null or > 0, "Multiplex:MaxCopies", options.MaxCopies, "a positive number, or left out for one on each silo"),
        .. options.Copies.SelectMany(static one => CopySettings.FindFaults(one.Key, one.Value)),
        .. Rules.Require(
            options.Cache.Path is null || !string.IsNullOrWhiteSpace(options.Cache.Path), "Multiplex:Cache:Path", "empty", "a folder which only its owner can write to, or left out"),
        .. Rules.Require(
            options.Cache.MaxBytes is null or { Bytes: > 0 }, "Multiplex:Cache:MaxBytes", options.Cache.MaxBytes, "above zero, for instance 50GiB"),
        .. Rules.Require(options.Load.MaxParallel >= 0, "Multiplex:Load:MaxParallel", options.Load.MaxParallel, "zero, which means one for each core, or above"),
        .. Rules.Require(
            options.Load.MaxBytesInProgress.Bytes >= 0,
            "Multiplex:Load:MaxBytesInProgress",
            options.Load.MaxBytesInProgress,
            "zero, which means a quarter of Multiplex:MaxBytesPerSilo, or above"),
        .. Rules.RequireTime("Multiplex:Load:Timeout", options.Load.Timeout),
        .. Rules.Require(
            options.Load.RoomTimeout > TimeSpan.Zero && options.Load.RoomTimeout <= options.Load.Timeout,
            "Multiplex:Load:RoomTimeout",
            options.Load.RoomTimeout,
            $"above zero and at most Multiplex:Load:Timeout ({options.Load.Timeout})"),
        .. Rules.Require(options.Load.MaxWaiting > 0, "Multiplex:Load:MaxWaiting", options.Load.MaxWaiting, "above zero"),
        .. Rules.Require(
            options.Load.DrainPatience >= TimeSpan.Zero && options.Load.DrainPatience <= Rules.LongestTime,
            "Multiplex:Load:DrainPatience",
            options.Load.DrainPatience,
            "zero or above and at most a day, for instance 00:00:00.250"),
        .. Rules.Require(
            options.Versions.RefreshInterval == TimeSpan.Zero
                || (options.Versions.RefreshInterval >= TimeSpan.FromMilliseconds(100) && options.Versions.RefreshInterval <= Rules.LongestTime),
            "Multiplex:Versions:RefreshInterval",
            options.Versions.RefreshInterval,
            "zero, which turns it off, or from 00:00:00.100 to a day"),
        .. Rules.Require(
            options.Drain.Timeout >= TimeSpan.Zero && options.Drain.Timeout <= TimeSpan.FromHours(1),
            "Multiplex:Drain:Timeout",
            options.Drain.Timeout,
            "zero or above and at most an hour, for instance 00:00:30"),
        .. Rules.RequireTime("Multiplex:Versions:SwapTimeout", options.Versions.SwapTimeout),
        .. Rules.Require(
            Enum.IsDefined(options.Versions.WithoutRoom),
            "Multiplex:Versions:WithoutRoom",
            options.Versions.WithoutRoom,
            $"one of {string.Join(", ", Enum.GetNames<WithoutRoom>())}"),
        .. Rules.Require(options.Execution.Threads >= 0, "Multiplex:Execution:Threads", options.Execution.Threads, "zero, which means one for each core, or above"),
        .. Rules.Require(options.Execution.MaxQueued > 0, "Multiplex:Execution:MaxQueued", options.Execution.MaxQueued, "above zero"),
        .. Rules.Require(
            options.Execution.MaxQueuedPerModel > 0, "Multiplex:Execution:MaxQueuedPerModel", options.Execution.MaxQueuedPerModel, "above zero"),
        .. Rules.Require(options.Execution.MaxBatchSize > 0, "Multiplex:Execution:MaxBatchSize", options.Execution.MaxBatchSize, "above zero"),
        .. Rules.Require(
            options.Execution.MaxQueueDelay >= TimeSpan.Zero && options.Execution.MaxQueueDelay <= ExecutionOptions.LongestQueueDelay,
            "Multiplex:Execution:MaxQueueDelay", options.Execution.MaxQueueDelay, "zero to a minute"),
        .. Rules.Require(options.Metrics.MaxModels is >= 0 and <= 250, "Multiplex:Metrics:MaxModels", options.Metrics.MaxModels, "zero, which names no model, to 250"),
    ];

    /// <summary>Finds the faults. A silo that holds no models may share its settings with those that do, so what they say of models is not held against its own parts.</summary>
    public static IEnumerable<string> FindFaultsOfClasses(
        MultiplexOptions options, IReadOnlyList<Type> classes, bool hasBackend, bool hasStore, bool holdsModels = true)
    {
        var pools = classes.Select(type => (Class: type, Pool: MultiplexedAttribute.GetPool(type))).ToList();
        return
        [
            .. options.Pools.Keys
                .Where(name => holdsModels && !pools.Exists(pool => string.Equals(pool.Pool, name, StringComparison.OrdinalIgnoreCase)))
                .Select(name => $"Multiplex:Pools:{name} names no pool. There are: {string.Join(", ", pools.Select(pool => pool.Pool))}."),
            .. pools.Where(pool => pool.Class != typeof(InferenceGrain))
                .SelectMany(pool => RequireCount($"[Multiplexed(MaxModelsPerSilo)] on class {pool.Class.FullName}", MultiplexedAttribute.Find(pool.Class).MaxModelsPerSilo)),
            .. pools.GroupBy(pool => pool.Pool, StringComparer.OrdinalIgnoreCase)
                .Where(pool => pool.Count() > 1)
                .Select(pool => $"The classes {string.Join(" and ", pool.Select(one => one.Class.FullName))} have one pool name, '{pool.Key}'. Give each its own: [Multiplexed(Pool = \"…\")]."),
            .. pools.Where(pool => pool.Class != typeof(InferenceGrain) && GrainPools.GetSource(pool.Class) == ModelSource.Store && !hasStore)
                .Select(pool => $"Class {pool.Class.FullName} takes its models from the store, and none is set: set Multiplex:Models."),
            .. holdsModels && options.Pinned.Count > 0 && !(hasBackend && hasStore)
                ? new[] { "Multiplex:Pinned names models of the store, and this silo serves none: set Multiplex:Models, and add AddOnnxRuntime() to the silo." }
                : [],
            .. holdsModels && options.Models is not null && !hasBackend && !pools.Exists(pool => GrainPools.GetSource(pool.Class) == ModelSource.Store)
                ? new[] { "Multiplex:Models is set, and nothing can open its models: add AddOnnxRuntime() to the silo, or a class with [Multiplexed(Source = ModelSource.Store)]." }
                : [],
        ];
    }

    private static IEnumerable<string> RequireCount(string name, int count) =>
        Rules.Require(count is -1 or > 0, name, count, "a positive number, or -1 for no limit");
}
