namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>A call with the bytes that go over the wire.</summary>
/// <param name="Call">The call.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="StreamPlaces">Over HTTP/2, where in them a frame has the number of its stream.</param>
internal sealed record PreparedCall(Call Call, byte[] Bytes, int[] StreamPlaces)
{
    public static PreparedCall Prepare(Call call, string host, bool isHttp2) => isHttp2 ? Http2Request.Prepare(call, host) : Http1Request.Prepare(call, host);
}
