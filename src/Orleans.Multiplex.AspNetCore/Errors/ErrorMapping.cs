using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>The one table from errors to HTTP.</summary>
internal static class ErrorMapping
{
    /// <summary>What the caller is told; null for an error that nobody foresaw.</summary>
    public static ErrorReport? Find(Exception error) => error switch
    {
        MultiplexException known when StatusOf(known) is { } status => new ErrorReport(status, known.Message, known.RetryAfter),
        BadHttpRequestException bad => new ErrorReport(bad.StatusCode, bad.Message),
        _ => null,
    };

    private static int? StatusOf(MultiplexException error) => error switch
    {
        InvalidModelIdException or InvalidInputException => StatusCodes.Status400BadRequest,

        // The input has the form that the model asks for, yet the model fails on it: other input is the way out, not a new try.
        InferenceFailedException => StatusCodes.Status400BadRequest,
        ModelNotFoundException => StatusCodes.Status404NotFound,
        ModelLoadFailedException => StatusCodes.Status422UnprocessableEntity,
        OverloadedException => StatusCodes.Status429TooManyRequests,
        StoreUnavailableException or ClusterUnavailableException => StatusCodes.Status503ServiceUnavailable,
        ModelLoadingException or ModelUnloadedException => StatusCodes.Status503ServiceUnavailable,
        NoCapacityException { IsPermanent: true } => StatusCodes.Status507InsufficientStorage,
        NoCapacityException => StatusCodes.Status503ServiceUnavailable,
        InferenceTimeoutException => StatusCodes.Status504GatewayTimeout,
        _ => null,
    };
}
