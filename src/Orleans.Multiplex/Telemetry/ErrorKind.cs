namespace Orleans.Multiplex.Telemetry;

/// <summary>An error as one word, of which there are few whatever is thrown: for tags and filters.</summary>
internal static class ErrorKind
{
    /// <summary>What a request ended in that was given up by its caller.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>What a request ended in whose time was up.</summary>
    public const string Timeout = "timeout";

    /// <summary>What users' code threw, or what nobody foresaw.</summary>
    public const string Other = "other";

    /// <summary>The word for an error.</summary>
    public static string Of(Exception error) => error switch
    {
        OverloadedException => "overloaded",
        NoCapacityException { IsPermanent: true } => "too_large",
        NoCapacityException => "no_capacity",
        ModelLoadingException => "loading",
        ModelLoadFailedException => "load_failed",
        StoreUnavailableException => "store_unavailable",
        InferenceTimeoutException => Timeout,
        InferenceFailedException => "inference_failed",
        InvalidInputException => "invalid_input",
        InvalidModelIdException => "invalid_model_id",
        ModelNotFoundException => "not_found",
        ModelUnloadedException => "unloaded",
        OperationCanceledException => Cancelled,
        _ => Other,
    };

    /// <summary>Whether the request was refused: nothing was wrong with it, and it may be sent again later, when an operator has made room for a model that is too large.</summary>
    public static bool IsRefusal(Exception error) =>
        error is OverloadedException or NoCapacityException or ModelLoadingException or ModelLoadFailedException or StoreUnavailableException;

    /// <summary>
    /// Whether the request failed here. What its caller has to answer for is no failure, nor is what is tried again elsewhere.
    /// </summary>
    public static bool IsFailure(Exception error) => !IsRefusal(error)
        && error is not (InvalidInputException or InvalidModelIdException or ModelNotFoundException or ModelUnloadedException or OperationCanceledException);
}
