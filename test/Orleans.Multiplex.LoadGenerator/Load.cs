using System.Net;

namespace Orleans.Multiplex.LoadGenerator;

/// <summary>What to send, how fast, and for how long.</summary>
public sealed record Load
{
    /// <summary>The longest that a load may last.</summary>
    public const double MaxSeconds = 600;

    /// <summary>Where the server is: <c>http://127.0.0.1:8000</c>, a loopback address.</summary>
    public required string Address { get; init; }

    /// <summary>Whether it is HTTP/2 without TLS, known beforehand; else HTTP/1.1.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>The connections, each with one request at a time.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>
    /// The requests per second at which they are meant to be sent, at random instants (a Poisson process), whether or not earlier ones were answered. Zero: each
    /// connection sends the next one when it has its answer.
    /// </summary>
    public double Rate { get; init; }

    /// <summary>How long requests are sent.</summary>
    public double Seconds { get; init; } = 1;

    /// <summary>The most requests that are sent; zero for no such limit.</summary>
    public long MaxRequests { get; init; }

    /// <summary>One of so many answers is compared with what it must be; 1 for each, 0 for none.</summary>
    public int CheckedOneOf { get; init; } = 16;

    /// <summary>Makes the random choices.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The requests to choose from.</summary>
    public required IReadOnlyList<Call> Calls { get; init; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? FindFault() =>
        !Uri.TryCreate(Address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp ? $"'{Address}' is no http:// address."
        : !IPAddress.TryParse(uri.Host, out var ip) || !IPAddress.IsLoopback(ip) ? $"'{uri.Host}' is no loopback address; loads go nowhere else."
        : Connections is < 1 or > 10_000 ? "There must be 1 to 10000 connections."
        : Seconds is not (> 0 and <= MaxSeconds) ? $"A load lasts above 0 and at most {MaxSeconds} seconds."
        : Rate is not (>= 0 and <= 1e6) ? "The rate must be 0 to 1000000 requests a second."
        : Calls.Count == 0 || Calls.Any(static call => call.Weight is not > 0) ? "There must be calls, each with a weight above 0."
        : null;
}
