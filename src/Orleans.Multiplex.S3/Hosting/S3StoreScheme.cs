using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.S3.Hosting;

/// <summary>Stores whose address is <c>s3://bucket/prefix</c>.</summary>
internal sealed class S3StoreScheme(IOptions<S3Options> options, TimeProvider time, ILoggerFactory loggers) : IModelStoreScheme
{
    public string Scheme => S3Address.Scheme;

    public string? FindFault(string address) => S3Address.TryParse(address, out _)
        ? null
        : "s3://bucket or s3://bucket/prefix: a bucket of 3 to 63 letters, digits, dots and hyphens; a prefix without empty segments, '.' or '..'";

    public IModelStore Create(string address) =>
        new S3ModelStore(S3Address.Parse(address), options.Value, time, loggers.CreateLogger(LogEvents.Storage));
}
