using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>Which items of calls go together: those of one resident model and one function.</summary>
/// <param name="limits">How far, where a call does not say.</param>
internal sealed class ItemBatches(BatchLimits limits)
{
    private readonly ConditionalWeakTable<Resident, ConcurrentDictionary<(MethodInfo Function, Type Type, string Model), RunKind>> _residents = [];

    /// <summary>What an item goes together with.</summary>
    /// <param name="resident">The model.</param>
    /// <param name="model">Its id.</param>
    /// <param name="use">The function.</param>
    /// <param name="maxSize">The most items at once; null for the setting.</param>
    /// <param name="maxDelay">How long an item waits for others; null for the setting.</param>
    /// <exception cref="ArgumentException">The function is of one call alone.</exception>
    public ItemBatch<TItem, TResult> Get<TModel, TItem, TResult>(
        Resident resident, string model, Func<TModel, IReadOnlyList<TItem>, IReadOnlyList<TResult>> use, int? maxSize, TimeSpan? maxDelay)
        where TModel : class
    {
        var kinds = _residents.GetValue(resident, static _ => new());

        // A model may be called by two names, each of which its own calls can read.
        var key = (use.Method, use.GetType(), model);
        return (ItemBatch<TItem, TResult>)(kinds.TryGetValue(key, out var kind) ? kind : kinds.GetOrAdd(key, _ => Create(model, use, maxSize, maxDelay)));
    }

    private ItemBatch<TItem, TResult> Create<TModel, TItem, TResult>(
        string model, Func<TModel, IReadOnlyList<TItem>, IReadOnlyList<TResult>> use, int? maxSize, TimeSpan? maxDelay)
        where TModel : class
    {
        // The compiler keeps what a lambda captures in fields of an object; that of one that captures nothing has none.
        if (use.Target is { } target && (target is IGrainBase || HasFields(target.GetType())))
        {
            throw new ArgumentException(
                "A function for items of several calls must not use anything of one of them. Make it static, and pass what it needs in the items.", nameof(use));
        }

        return new ItemBatch<TItem, TResult>(
            model, (resident, items) => use((TModel)resident, items), maxSize ?? limits.MaxRows, maxDelay ?? limits.MaxDelay);
    }

    private static bool HasFields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length > 0;
}
