using System.Buffers;
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
    public static async Task<RequestBody> ReadAsync(
        RequestContent content, long? length, BytesInFlight.Account account, CancellationToken cancellationToken)
    {
        var body = new RequestBody(account);
        try
        {
            // Without a length, one byte beyond the limit tells that there is more.
            await body.FillAsync(content, Math.Min(length ?? content.Length ?? long.MaxValue, content.Limit + 1), cancellationToken);
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
