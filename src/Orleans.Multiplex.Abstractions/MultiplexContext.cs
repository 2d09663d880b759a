namespace Orleans.Multiplex;

/// <summary>The model id of the current request, readable anywhere below the call of a multiplexed grain.</summary>
public static class MultiplexContext
{
    /// <summary>The key under which an id that was told to flow travels in <see cref="Orleans.Runtime.RequestContext"/>.</summary>
    internal const string FlowKey = "multiplex.model-id";

    private static readonly AsyncLocal<string?> Current = new();

    /// <summary>
    /// The model id of the current request: <c>id</c> or <c>id@version</c>, as the caller gave it; empty outside one.
    /// It does not flow into nested grain calls, except by <see cref="Flow"/>.
    /// </summary>
    public static string ModelId => Current.Value ?? Runtime.RequestContext.Get(FlowKey) as string ?? "";

    /// <summary>
    /// Lets the current model id flow into the grain calls made before the returned object is disposed, and from there on as all of
    /// Orleans' request context does. A multiplexed grain that is called so still sees its own id.
    /// </summary>
    /// <example><code>using (MultiplexContext.Flow()) { await auditGrain.RecordAsync(); }</code></example>
    public static IDisposable Flow()
    {
        var previous = Runtime.RequestContext.Get(FlowKey);
        Runtime.RequestContext.Set(FlowKey, ModelId);
        return new Scope(() =>
        {
            if (previous is null)
            {
                Runtime.RequestContext.Remove(FlowKey);
            }
            else
            {
                Runtime.RequestContext.Set(FlowKey, previous);
            }
        });
    }

    /// <summary>Makes an id the current one until the returned object is disposed, in this flow of execution only.</summary>
    internal static IDisposable Enter(string modelId)
    {
        var previous = Current.Value;
        Current.Value = modelId;
        return new Scope(() => Current.Value = previous);
    }

    private sealed class Scope(Action leave) : IDisposable
    {
        private Action? _leave = leave;

        public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
