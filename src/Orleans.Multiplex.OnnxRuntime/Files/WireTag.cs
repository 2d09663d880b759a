namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>The head of a field: its number in the message and how its value is written.</summary>
internal readonly record struct WireTag(int Field, WireType Type);
