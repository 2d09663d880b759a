using System.Text.RegularExpressions;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.S3.Hosting;

/// <summary>Checks how models in S3 are read.</summary>
internal sealed partial class S3OptionsValidator : ISettingsValidator<S3Options>
{
    private static readonly ByteSize LeastPart = new(64L << 10);
    private static readonly ByteSize MostPart = new(1L << 30);

    public static string Section => S3Options.SectionName;

    public IEnumerable<string> FindFaults(S3Options options) =>
    [
        // What is no address may hold credentials, so it is not repeated.
        .. Rules.Require(
            options.ServiceUrl is null || IsServer(options.ServiceUrl),
            Named(nameof(options.ServiceUrl)),
            "no address of a server",
            "http:// or https:// with a host and nothing else, for instance http://127.0.0.1:9000, or left out for Amazon's"),
        .. Rules.Require(
            options.Region is null || RegionForm().IsMatch(options.Region),
            Named(nameof(options.Region)),
            $"'{options.Region}'",
            "the name of a region, for instance eu-central-1, or left out"),
        .. Rules.Require(
            options.PartSize.Bytes >= LeastPart.Bytes && options.PartSize.Bytes <= MostPart.Bytes,
            Named(nameof(options.PartSize)),
            options.PartSize,
            $"from {LeastPart} to {MostPart}"),
        .. Rules.Require(options.MaxParallel is >= 1 and <= 64, Named(nameof(options.MaxParallel)), options.MaxParallel, "from 1 to 64"),
        .. Rules.Require(options.MaxConnections is >= 1 and <= 1024, Named(nameof(options.MaxConnections)), options.MaxConnections, "from 1 to 1024"),
        .. Rules.RequireTime(Named(nameof(options.IdleTimeout)), options.IdleTimeout),
    ];

    private static string Named(string key) => $"{Section}:{key}";

    private static bool IsServer(Uri server) =>
        server.IsAbsoluteUri
        && (server.Scheme == Uri.UriSchemeHttp || server.Scheme == Uri.UriSchemeHttps)
        && server is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" };

    [GeneratedRegex(@"\A[a-z0-9-]{1,64}\z")]
    private static partial Regex RegionForm();
}
