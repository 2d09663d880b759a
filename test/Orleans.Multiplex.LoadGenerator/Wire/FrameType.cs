namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>The kinds of frames of HTTP/2.</summary>
internal enum FrameType
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    Reset = 3,
    Settings = 4,
    Push = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}
