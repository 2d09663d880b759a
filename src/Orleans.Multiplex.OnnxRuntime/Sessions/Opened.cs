namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>An opening of a model.</summary>
/// <param name="Session">What runs it.</param>
/// <param name="Next">The way to open it after this one; null when there is none, or none yet.</param>
internal sealed record Opened(OnnxSession Session, NextOpening? Next = null);
