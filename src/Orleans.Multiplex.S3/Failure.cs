using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace Orleans.Multiplex.S3;

/// <summary>A failed request.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Reason">What happened, to be read behind the name of the server; without anything that the client sent.</param>
internal sealed record Failure(FailureKind Kind, string Reason)
{
    /// <summary>
    /// What an exception of a request means. Its text may have anything in it, for instance what the program said that was to give credentials, so
    /// nothing of it is repeated.
    /// </summary>
    public static Failure Of(Exception error) => error switch
    {
        AmazonUnmarshallingException => new(FailureKind.Refused, "does not answer as an S3 server does"),

        AmazonServiceException { StatusCode: 0 } => new(FailureKind.Unavailable, "cannot be reached"),
        AmazonS3Exception answer => OfAnswer(answer.StatusCode, answer.ErrorCode ?? ""),

        // It is the service that lends credentials which answers so.
        AmazonServiceException => NoCredentials(error),

        // The client found no credentials, or no region.
        AmazonClientException or ProcessAWSCredentialException => NoCredentials(error.InnerException),
        HttpIOException broken => new(FailureKind.Unavailable, $"broke off ({broken.HttpRequestError})"),
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request => new(FailureKind.Unavailable, $"cannot be reached ({request.HttpRequestError})"),
        HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException =>
            new(FailureKind.Unavailable, $"cannot be reached ({error.GetType().Name})"),
        _ => new(FailureKind.Refused, $"cannot be asked ({error.GetType().Name})"),
    };

    private static Failure NoCredentials(Exception? cause)
    {
        const string Reason = "cannot be asked: no usable credentials or region are set for it";
        return cause is AmazonServiceException { StatusCode: not 0 } answer
            ? new(FailureKind.Refused, $"{Reason}; the service that lends them answers {Show(answer.StatusCode, answer.ErrorCode ?? "")}")
            : new(FailureKind.Refused, Reason);
    }

    private static Failure OfAnswer(HttpStatusCode status, string code) => (status, code) switch
    {
        (HttpStatusCode.NotFound, "NoSuchBucket") => new(FailureKind.NoBucket, "has no such bucket as Multiplex:Models names (NoSuchBucket)"),
        (HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable, _) =>
            new(FailureKind.Changed, $"has no such object ({Show(status, code)})"),
        (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError, _) or (_, "RequestTimeout" or "SlowDown") =>
            new(FailureKind.Unavailable, $"does not serve just now ({Show(status, code)})"),
        _ => new(FailureKind.Refused, $"refuses ({Show(status, code)})"),
    };

    // A code is a word; whatever else stands there is not repeated.
    private static string Show(HttpStatusCode status, string code) =>
        code.Length is > 0 and <= 64 && code.All(char.IsAsciiLetterOrDigit) ? $"{(int)status} {code}" : $"{(int)status}";
}
