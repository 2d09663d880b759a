namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Who is told of what happens to a session.</summary>
/// <param name="OnWanted">Is told, once, when the model is asked for more than once.</param>
/// <param name="OnFreed">Is told how many bytes of the heap were freed with the session.</param>
/// <param name="OnRan">Is told when a run has ended.</param>
internal sealed record SessionHooks(Action? OnWanted = null, Action<long>? OnFreed = null, Action? OnRan = null)
{
    /// <summary>Nobody.</summary>
    public static SessionHooks None { get; } = new();
}
