using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>The statuses of the errors that calls of one kind have in common, beside those that follow from their right.</summary>
internal static class ErrorStatuses
{
    /// <summary>What asks the cluster.</summary>
    public static IReadOnlyList<int> OfCluster { get; } = [StatusCodes.Status503ServiceUnavailable, StatusCodes.Status504GatewayTimeout];

    /// <summary>What names a model, whether there is one or not.</summary>
    public static IReadOnlyList<int> OfModel { get; } = [StatusCodes.Status400BadRequest, .. OfCluster];

    /// <summary>What may load a model.</summary>
    public static IReadOnlyList<int> OfLoad { get; } =
    [
        .. OfModel,
        StatusCodes.Status404NotFound,
        StatusCodes.Status422UnprocessableEntity,
        StatusCodes.Status429TooManyRequests,
        StatusCodes.Status507InsufficientStorage,
    ];

    /// <summary>What reads a body.</summary>
    public static IReadOnlyList<int> OfBody { get; } =
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status408RequestTimeout,
        StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests,
    ];
}
