using Grpc.Core;
using RpcMetadata = Grpc.Core.Metadata;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>Errors as gRPC has them: a status with the message, and the time to wait in the trailing metadata <see cref="RetryAfterTrailer"/>, in seconds.</summary>
internal static class RpcErrors
{
    public const string RetryAfterTrailer = "retry-after";

    /// <summary>What the caller is told; null for an error that nobody foresaw. What is a status already stays as it is.</summary>
    public static RpcException? Find(Exception error) => error as RpcException ?? (ErrorMapping.FindRpcStatus(error) is { } status
        ? new RpcException(new Status(status, ErrorText.Cut(error.Message, ErrorText.MaxRpcBytes)), Trailers(ErrorMapping.RetryAfterOf(error)))
        : null);

    private static RpcMetadata Trailers(TimeSpan? retryAfter)
    {
        var trailers = new RpcMetadata();
        if (retryAfter is { } wait)
        {
            trailers.Add(RetryAfterTrailer, ErrorResponse.ToSeconds(wait));
        }

        return trailers;
    }
}
