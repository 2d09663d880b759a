using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Hosting;

/// <summary>Checks the settings and the grain classes when the silo starts, and says all that is wrong with them at once.</summary>
internal sealed class MultiplexOptionsValidator(
    IOptions<MultiplexOptions> options, MultiplexedClasses classes, SiloParts parts) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var faults = FindFaults(options.Value, classes.All, parts.HasBackend, parts.HasStore, parts.HoldsModels).ToList();
        if (faults.Count > 0)
        {
            throw new OrleansConfigurationException(
                "The settings of Orleans.Multiplex are wrong:" + string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}")));
        }
    }

    /// <summary>Finds the faults. A silo that holds no models may share its settings with those that do, so what they say of models is not held against its own parts.</summary>
    public static IEnumerable<string> FindFaults(
        MultiplexOptions options, IReadOnlyList<Type> classes, bool hasBackend, bool hasStore, bool holdsModels = true)
    {
        var pools = classes.Select(type => (Class: type, Pool: MultiplexedAttribute.GetPool(type))).ToList();
        return
        [
            .. CheckCount("Multiplex:MaxModelsPerSilo", options.MaxModelsPerSilo),
            .. options.Pools.SelectMany(pool => pool.Value.MaxModelsPerSilo is { } count ? CheckCount($"Multiplex:Pools:{pool.Key}:MaxModelsPerSilo", count) : []),
            .. options.Pools.Keys
                .Where(name => holdsModels && !pools.Exists(pool => string.Equals(pool.Pool, name, StringComparison.OrdinalIgnoreCase)))
                .Select(name => $"Multiplex:Pools:{name} names no pool. There are: {string.Join(", ", pools.Select(pool => pool.Pool))}."),
            .. pools.Where(pool => pool.Class != typeof(InferenceGrain))
                .SelectMany(pool => CheckCount($"[Multiplexed(MaxModelsPerSilo)] on class {pool.Class.FullName}", MultiplexedAttribute.Find(pool.Class).MaxModelsPerSilo)),
            .. pools.GroupBy(pool => pool.Pool, StringComparer.OrdinalIgnoreCase)
                .Where(pool => pool.Count() > 1)
                .Select(pool => $"The classes {string.Join(" and ", pool.Select(one => one.Class.FullName))} have one pool name, '{pool.Key}'. Give each its own: [Multiplexed(Pool = \"…\")]."),
            .. pools.Where(pool => pool.Class != typeof(InferenceGrain) && GrainPools.GetSource(pool.Class) == ModelSource.Store && !hasStore)
                .Select(pool => $"Class {pool.Class.FullName} takes its models from the store, and none is set: set Multiplex:Models."),
            .. holdsModels && options.Models is not null && !hasBackend && !pools.Exists(pool => GrainPools.GetSource(pool.Class) == ModelSource.Store)
                ? new[] { "Multiplex:Models is set, and nothing can open its models: add AddOnnxRuntime() to the silo, or a class with [Multiplexed(Source = ModelSource.Store)]." }
                : [],
            .. Check(options.MaxBytesPerSilo is null or { Bytes: > 0 }, "Multiplex:MaxBytesPerSilo", "is above zero, for instance 512MiB"),
            .. Check(IsTime(options.RequestTimeout), "Multiplex:RequestTimeout", "is above zero and at most a day, for instance 00:01:00"),
            .. Check(options.MaxRequestBytes.Bytes is > 0 and <= 1L << 30, "Multiplex:MaxRequestBytes", "is above zero and at most 1GiB"),
            .. Check(options.IdleUnload is null || options.IdleUnload > TimeSpan.Zero, "Multiplex:IdleUnload", "is above zero; leave it out to keep idle models"),
            .. Check(options.Load.MaxParallel >= 0, "Multiplex:Load:MaxParallel", "is not negative; 0 means one for each core"),
            .. Check(IsTime(options.Load.Timeout), "Multiplex:Load:Timeout", "is above zero and at most a day, for instance 00:05:00"),
            .. Check(
                options.Load.RoomTimeout > TimeSpan.Zero && options.Load.RoomTimeout <= options.Load.Timeout,
                "Multiplex:Load:RoomTimeout",
                "is above zero and at most Multiplex:Load:Timeout"),
            .. Check(options.Load.MaxWaiting > 0, "Multiplex:Load:MaxWaiting", "is above zero"),
            .. Check(
                options.Load.DrainPatience == TimeSpan.Zero || IsTime(options.Load.DrainPatience),
                "Multiplex:Load:DrainPatience",
                "is not negative and at most a day, for instance 00:00:00.250"),
            .. Check(options.Execution.Threads >= 0, "Multiplex:Execution:Threads", "is not negative; 0 means one for each core"),
            .. Check(options.Execution.MaxQueued > 0, "Multiplex:Execution:MaxQueued", "is above zero"),
        ];
    }

    // Timers have a limit, of some weeks; and a plain number, 60, counts days, which nobody means.
    private static bool IsTime(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromDays(1);

    private static IEnumerable<string> CheckCount(string name, int count) =>
        Check(count is -1 or > 0, name, $"is a positive number, or -1 for no limit; it is {count}");

    private static IEnumerable<string> Check(bool holds, string name, string rule) => holds ? [] : [$"{name} {rule}."];
}
