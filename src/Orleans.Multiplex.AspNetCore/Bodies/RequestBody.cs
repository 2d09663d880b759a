using System.Buffers;
using System.Numerics;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The body of a request, or its beginning, in one pooled buffer, charged to the account of the request until it is disposed. The buffer grows with what
/// arrives, so that a client that announces much and sends little holds little.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 << 10;

    private readonly BytesInFlight.Account _account;
    private byte[] _buffer = [];
    private int _capacity;

    // What the pool gives for the capacity: a power of two.
    private long _charged;
    private int _count;

    private RequestBody(BytesInFlight.Account account) => _account = account;

    /// <summary>The bytes of the body; valid until it is disposed.</summary>
    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _count);

    /// <summary>Reads the next bytes of a request, or all that is left of them.</summary>
    /// <param name="content">The bytes as they come.</param>
    /// <param name="length">How many to read, fewer if the request has no more; null for all.</param>
    /// <param name="account">What the buffer is charged to.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    /// <exception cref="BadHttpRequestException">The request is longer than its limit, or not compressed as it says.</exception>
    /// <exception cref="OverloadedException">It does not fit beside what is in flight.</exception>
    public static async ValueTask<RequestBody> ReadAsync(
        RequestContent content, long? length, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        var body = new RequestBody(account);
        try
        {
            var end = length ?? content.Length;
            await body.FillAsync(content, Math.Min(end ?? long.MaxValue, content.Limit), cancellationToken);
            if (body._count == content.Limit && end != content.Limit)
            {
                await RequireEndAsync(content, cancellationToken);
            }

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
        Return();
        (_buffer, _capacity, _charged, _count) = ([], 0, 0, 0);
    }

    private async Task FillAsync(RequestContent content, long end, CancellationToken cancellationToken)
    {
        while (_count < end)
        {
            if (_count == _capacity)
            {
                Grow(Math.Min(end, Math.Max(FirstBytes, _capacity * 2L)));
            }

            var read = await content.ReadAsync(_buffer.AsMemory(_count, _capacity - _count), cancellationToken);
            if (read == 0)
            {
                break;
            }

            _count += read;
        }
    }

    // Without a length, whether there is more than the limit shows when more is asked for: the content refuses it.
    private static async Task RequireEndAsync(RequestContent content, CancellationToken cancellationToken) =>
        await content.ReadAsync(new byte[1], cancellationToken);

    // Both buffers are there while one is copied.
    private void Grow(long capacity)
    {
        var charged = (long)BitOperations.RoundUpToPowerOf2((ulong)capacity);
        _account.Charge(charged);
        var larger = ArrayPool<byte>.Shared.Rent((int)capacity);
        _buffer.AsSpan(0, _count).CopyTo(larger);
        Return();
        (_buffer, _capacity, _charged) = (larger, (int)capacity, charged);
    }

    private void Return()
    {
        if (_capacity > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _account.Release(_charged);
        }
    }
}
