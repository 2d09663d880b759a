using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>Bounds the bytes that the requests in flight take together: what does not fit is refused, nothing waits.</summary>
internal sealed class BytesInFlight(IOptions<MultiplexHttpOptions> options)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly long _limit = options.Value.MaxBytesInFlight.Bytes;
    private long _charged;
    private long _refused;

    /// <summary>The most bytes that may be charged.</summary>
    public long Limit => _limit;

    /// <summary>How many requests found no room so far.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The bytes charged now.</summary>
    public long Charged => Interlocked.Read(ref _charged);

    /// <summary>Starts a request's account; disposing it gives back all that is charged to it.</summary>
    /// <param name="model">The model asked for, for the error.</param>
    public Account Open(string model) => new(this, model);

    /// <summary>What one request is charged. Used by one thread at a time.</summary>
    internal sealed class Account(BytesInFlight total, string model, long bytes = 0) : IDisposable
    {
        private long _bytes = bytes;

        /// <summary>Charges bytes before they are allocated.</summary>
        /// <exception cref="OverloadedException">They do not fit beside what is in flight.</exception>
        public void Charge(long bytes)
        {
            if (Interlocked.Add(ref total._charged, bytes) > total._limit)
            {
                Interlocked.Add(ref total._charged, -bytes);
                Interlocked.Increment(ref total._refused);
                throw new OverloadedException(
                    model,
                    $"The requests in flight take all the memory allowed to them ({new ByteSize(total._limit)}, Multiplex:MaxBytesInFlight). Send the request again later.",
                    RetryAfter);
            }

            _bytes += bytes;
        }

        /// <summary>Charges bytes that are there already, such as an answer's: later requests are refused for them, this one is not.</summary>
        public void ChargeAnyway(long bytes)
        {
            Interlocked.Add(ref total._charged, bytes);
            _bytes += bytes;
        }

        /// <summary>Gives back bytes charged before.</summary>
        public void Release(long bytes)
        {
            Interlocked.Add(ref total._charged, -bytes);
            _bytes -= bytes;
        }

        /// <summary>Hands bytes charged before over to an account of their own.</summary>
        public Account Split(long bytes)
        {
            _bytes -= bytes;
            return new Account(total, model, bytes);
        }

        public void Dispose() => Release(_bytes);
    }
}
