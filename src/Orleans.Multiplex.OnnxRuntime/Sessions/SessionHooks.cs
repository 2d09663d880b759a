namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Who is told of what happens to a session.</summary>
/// <param name="OnAsked">Is told when the model is to run for a request.</param>
/// <param name="OnFreed">Is told how many bytes of the heap were freed with the session.</param>
/// <param name="OnRan">Is told when a run has ended.</param>
internal sealed record SessionHooks(Action? OnAsked = null, Action<long>? OnFreed = null, Action? OnRan = null)
{
    /// <summary>Nobody.</summary>
    public static SessionHooks None { get; } = new();
}
