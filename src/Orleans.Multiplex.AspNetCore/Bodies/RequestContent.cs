using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>The bytes of a request's body as they come: inflated when it is compressed, never more than the limit, and for no longer than a request has time.</summary>
/// <param name="context">The request.</param>
/// <param name="body">Its body.</param>
/// <param name="limit">The most that there may be.</param>
internal sealed class RequestContent(HttpContext context, EndableReader body, long limit) : IAsyncDisposable
{
    // Null of one that is not compressed.
    private readonly Stream? _inflated = Inflate(body, context.Request.Headers.ContentEncoding.ToString());
    private Stream? _plain;

    // From when it has to be waited for: what has arrived with the head of the request needs no clock.
    private CancellationTokenSource? _time;
    private long _count;

    /// <summary>How many bytes there are; null when only their end will tell, as with compressed and chunked bodies.</summary>
    public long? Length => IsInflated ? null : context.Request.ContentLength;

    /// <summary>The most bytes that there may be.</summary>
    public long Limit => limit;

    /// <summary>The bytes of a request.</summary>
    /// <exception cref="BadHttpRequestException">It announces more than the limit, or is compressed in a way that is not read.</exception>
    public static RequestContent Open(HttpContext context, long limit)
    {
        // The server's own limit is 30 MB unless set, and counts the frames of a chunked body too; the limit here counts its bytes.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }

        var request = context.Request;
        if (request.ContentLength > limit)
        {
            throw TooLong(limit);
        }

        return new RequestContent(context, new EndableReader(request.BodyReader), limit);
    }

    private bool IsInflated => _inflated is not null;

    /// <summary>Reads what is there, at least a byte unless the body has ended; returns the number of bytes.</summary>
    /// <exception cref="BadHttpRequestException">The body is longer than the limit, ends early, is not compressed as it says, or takes too long.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _time is null && !IsInflated && body.TryRead(out var result) && TryTake(result, buffer.Span) is { } read ? new(Count(read)) : WaitAsync(buffer, cancellationToken);

    // Null where nothing is there yet. Not used once there is a clock: it may end a read that has just ended by itself, and so the next one.
    private int? TryTake(in ReadResult result, Span<byte> buffer)
    {
        var length = (int)Math.Min(result.Buffer.Length, buffer.Length);
        var part = result.Buffer.Slice(0, length);
        part.CopyTo(buffer);
        body.AdvanceTo(part.End);
        return length > 0 || result.IsCompleted ? length : null;
    }

    private int Count(int read) => (_count += read) > limit ? throw TooLong(limit) : read;

    private async ValueTask<int> WaitAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _time ??= ReadingTime.Start(context);
        using var gone = cancellationToken.UnsafeRegister(static time => ((CancellationTokenSource)time!).Cancel(), _time);
        using var end = _time.Token.UnsafeRegister(static body => ((EndableReader)body!).CancelPendingRead(), body);
        try
        {
            return Count(await (_inflated ?? (_plain ??= body.AsStream(leaveOpen: true))).ReadAsync(buffer, CancellationToken.None));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException(
                "The body did not arrive within the time of a request (Multiplex:RequestTimeout). Send fewer rows at once.", StatusCodes.Status408RequestTimeout);
        }
        catch (InvalidDataException e)
        {
            throw new BadHttpRequestException($"The body is not compressed as its Content-Encoding says: {e.Message}", e);
        }
    }

    /// <summary>Reads until the buffer is full or the body has ended; returns the number of bytes.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = 0;
        for (var read = 1; read > 0 && count < buffer.Length; count += read)
        {
            read = await ReadAsync(buffer[count..], cancellationToken);
        }

        return count;
    }

    public ValueTask DisposeAsync()
    {
        _time?.Dispose();

        // The server's own stream is the server's to end.
        return _inflated?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static Stream? Inflate(EndableReader body, string encoding) => encoding.ToUpperInvariant() switch
    {
        "" or "IDENTITY" => null,
        "GZIP" or "X-GZIP" => new GZipStream(body.AsStream(leaveOpen: true), CompressionMode.Decompress, leaveOpen: true),

        // HTTP calls deflate what the rest of the world calls zlib.
        "DEFLATE" => new ZLibStream(body.AsStream(leaveOpen: true), CompressionMode.Decompress, leaveOpen: true),
        _ => throw new BadHttpRequestException(
            "The Content-Encoding of the body is not read here; send the body as gzip, as deflate, or as it is.",
            StatusCodes.Status415UnsupportedMediaType),
    };

    private static BadHttpRequestException TooLong(long limit) => new(
        $"The body is longer than {limit} bytes (Multiplex:MaxRequestBytes). Send fewer rows at once.", StatusCodes.Status413PayloadTooLarge);
}
