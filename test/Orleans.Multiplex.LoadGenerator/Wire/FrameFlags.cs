namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>What a frame of HTTP/2 says of itself; the first bit of settings and pings says that they are acknowledged.</summary>
[Flags]
internal enum FrameFlags
{
    None = 0,
    EndStream = 1,
    Acknowledged = EndStream,
    EndHeaders = 4,
    Padded = 8,
    HasPriority = 32,
}
