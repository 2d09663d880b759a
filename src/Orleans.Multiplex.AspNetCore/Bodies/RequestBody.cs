using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The body of a request in one pooled buffer, charged to the request's account until it is disposed. The buffer grows with what
/// arrives, so that a client that announces much and sends little holds little.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 << 10;

    private readonly BytesInFlight.Account _account;
    private byte[] _buffer = [];
    private int _capacity;
    private int _count;

    private RequestBody(BytesInFlight.Account account) => _account = account;

    /// <summary>The bytes of the body; valid until it is disposed.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _count);

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="BadHttpRequestException">It is longer than <paramref name="limit"/>, or encoded.</exception>
    /// <exception cref="OverloadedException">It does not fit beside what is in flight.</exception>
    public static async Task<RequestBody> ReadAsync(
        HttpContext context, long limit, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        CheckHeaders(context, limit);
        var body = new RequestBody(account);
        try
        {
            await body.FillAsync(context.Request, limit, cancellationToken);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_capacity > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _account.Release(_capacity);
            (_buffer, _capacity, _count) = ([], 0, 0);
        }
    }

    private static void CheckHeaders(HttpContext context, long limit)
    {
        if (context.Request.ContentLength > limit)
        {
            throw TooLong(limit);
        }

        if (context.Request.Headers.ContentEncoding is [not ("" or "identity"), ..])
        {
            throw new BadHttpRequestException(
                "The body is compressed; send it without Content-Encoding.", StatusCodes.Status415UnsupportedMediaType);
        }

        // The server's own limit is 30 MB unless set, and counts the frames of a chunked body too; the limit here counts its bytes.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }
    }

    private static BadHttpRequestException TooLong(long limit) => new(
        $"The body is longer than {limit} bytes (Multiplex:MaxRequestBytes). Send fewer rows at once.", StatusCodes.Status413PayloadTooLarge);

    private async Task FillAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        // Without an announced length, one byte beyond the limit tells that there is more.
        var end = (int)(request.ContentLength ?? limit + 1);
        while (_count < end)
        {
            if (_count == _capacity)
            {
                Grow(Math.Min(end, Math.Max(FirstBytes, _capacity * 2L)));
            }

            var read = await request.Body.ReadAsync(_buffer.AsMemory(_count, _capacity - _count), cancellationToken);
            if (read == 0)
            {
                break;
            }

            _count += read;
        }

        if (_count > limit)
        {
            throw TooLong(limit);
        }
    }

    private void Grow(long capacity)
    {
        _account.Charge(capacity - _capacity);
        var larger = ArrayPool<byte>.Shared.Rent((int)capacity);
        _buffer.AsSpan(0, _count).CopyTo(larger);
        if (_capacity > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        (_buffer, _capacity) = (larger, (int)capacity);
    }
}
