using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>The one table from errors to HTTP and gRPC.</summary>
internal static class ErrorMapping
{
    /// <summary>What the caller is told over HTTP; null for an error that nobody foresaw.</summary>
    public static ErrorReport? Find(Exception error) => error switch
    {
        MultiplexException known when StatusOf(known) is { } status => new ErrorReport(status.Http, known.Message, known.RetryAfter),
        RefusedException refused => new ErrorReport(StatusOf(refused.Refusal.Reason).Http, refused.Message, refused.Refusal.RetryAfter),
        BadHttpRequestException bad => new ErrorReport(bad.StatusCode, bad.Message),
        _ => null,
    };

    /// <summary>The status over gRPC; null for an error that nobody foresaw.</summary>
    public static StatusCode? FindRpcStatus(Exception error) => error switch
    {
        MultiplexException known => StatusOf(known)?.Rpc,
        RefusedException refused => StatusOf(refused.Refusal.Reason).Rpc,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => StatusCode.ResourceExhausted,
        BadHttpRequestException { StatusCode: StatusCodes.Status501NotImplemented } => StatusCode.Unimplemented,
        BadHttpRequestException => StatusCode.InvalidArgument,
        _ => null,
    };

    /// <summary>The time to wait before a new try; null when none makes sense.</summary>
    public static TimeSpan? RetryAfterOf(Exception error) => error switch
    {
        MultiplexException known => known.RetryAfter,
        RefusedException refused => refused.Refusal.RetryAfter,
        _ => null,
    };

    private static (int Http, StatusCode Rpc) StatusOf(RefusalReason reason) => reason switch
    {
        RefusalReason.NoKey or RefusalReason.WrongKey => (StatusCodes.Status401Unauthorized, StatusCode.Unauthenticated),
        RefusalReason.TooMany => (StatusCodes.Status429TooManyRequests, StatusCode.ResourceExhausted),
        _ => (StatusCodes.Status403Forbidden, StatusCode.PermissionDenied),
    };

    private static (int Http, StatusCode Rpc)? StatusOf(MultiplexException error) => error switch
    {
        InvalidModelIdException or InvalidInputException or InvalidEventPositionException => (StatusCodes.Status400BadRequest, StatusCode.InvalidArgument),

        // The input has the form that the model asks for, yet the model fails on it: other input is the way out, not a new try.
        InferenceFailedException => (StatusCodes.Status400BadRequest, StatusCode.InvalidArgument),
        ModelNotFoundException or SiloNotFoundException => (StatusCodes.Status404NotFound, StatusCode.NotFound),
        ModelLoadFailedException => (StatusCodes.Status422UnprocessableEntity, StatusCode.FailedPrecondition),
        OverloadedException => (StatusCodes.Status429TooManyRequests, StatusCode.ResourceExhausted),
        StoreUnavailableException or ClusterUnavailableException => (StatusCodes.Status503ServiceUnavailable, StatusCode.Unavailable),
        ModelLoadingException or ModelUnloadedException => (StatusCodes.Status503ServiceUnavailable, StatusCode.Unavailable),
        NoCapacityException { IsPermanent: true } => (StatusCodes.Status507InsufficientStorage, StatusCode.ResourceExhausted),
        NoCapacityException => (StatusCodes.Status503ServiceUnavailable, StatusCode.ResourceExhausted),
        ModelPinnedException or PinRefusedException => (StatusCodes.Status409Conflict, StatusCode.FailedPrecondition),
        InferenceTimeoutException => (StatusCodes.Status504GatewayTimeout, StatusCode.DeadlineExceeded),
        _ => null,
    };
}
