using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>A file that the assembly carries; compressed once, when it is first asked for.</summary>
internal sealed class CarriedFile
{
    private readonly byte[] _bytes;
    private readonly string _version;
    private readonly Lazy<byte[]> _brotli;
    private readonly Lazy<byte[]> _gzip;

    private CarriedFile(string name, byte[] bytes)
    {
        Name = name;
        _bytes = bytes;
        _version = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        _brotli = new(() => Compress(static target => new BrotliStream(target, CompressionLevel.Optimal)));
        _gzip = new(() => Compress(static target => new GZipStream(target, CompressionLevel.Optimal)));
    }

    public string Name { get; }

    /// <summary>Its path, relative to the base of the dashboard.</summary>
    public string Path => $"_assets/{_version}/{Name}";

    private string ContentType => System.IO.Path.GetExtension(Name) == ".css" ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";

    public static CarriedFile Read(string resource, string name)
    {
        using var stream = typeof(CarriedFile).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new CarriedFile(name, bytes);
    }

    /// <summary>Answers with the file, which never changes under its path.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        context.Response.ContentType = ContentType;
        var (encoding, body) = context.Request.Headers.AcceptEncoding.ToString() switch
        {
            var accepted when accepted.Contains("br", StringComparison.OrdinalIgnoreCase) => ("br", _brotli.Value),
            var accepted when accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase) => ("gzip", _gzip.Value),
            _ => (null, _bytes),
        };
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private byte[] Compress(Func<Stream, Stream> open)
    {
        using var target = new MemoryStream();
        using (var compressor = open(target))
        {
            compressor.Write(_bytes);
        }

        return target.ToArray();
    }
}
