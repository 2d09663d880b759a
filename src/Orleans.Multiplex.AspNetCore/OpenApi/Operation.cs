using Microsoft.AspNetCore.Routing.Patterns;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>
/// What the OpenAPI document says of an endpoint, beside what follows from its verb, its path and its right. It stands in the endpoint's
/// metadata. Names are those of the components in <c>protocol.json</c>.
/// </summary>
/// <param name="Id">Its id; null for one made of its path. The same operation of one version of a model gets one of its own.</param>
/// <param name="Tag">The group that it belongs to.</param>
/// <param name="Summary">What it does, in a few words.</param>
internal sealed record Operation(string? Id, string Tag, string Summary)
{
    /// <summary>More about it.</summary>
    public string Description { get; init; } = "";

    /// <summary>The parameters beside those of the path.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The schema of the body; null when it takes none, empty for any JSON.</summary>
    public string? Body { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>The schema of the answer; null when it is empty, empty for any JSON.</summary>
    public string? Answer { get; init; }

    /// <summary>The headers of the answer.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>The statuses of errors that have these headers too.</summary>
    public IReadOnlyList<int> ErrorsWithHeaders { get; init; } = [];

    /// <summary>Whether body and answer may have raw bytes behind their JSON.</summary>
    public bool MayBeBinary { get; init; }

    /// <summary>Whether the answer is a stream of server-sent events, each with the schema of <see cref="Answer"/>.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether 503 comes with an answer like that of 200, and not as an error.</summary>
    public bool AnswersWhenUnavailable { get; init; }

    /// <summary>The statuses of the errors, beside those that follow from the right, and 500.</summary>
    public IReadOnlyList<int> Errors { get; init; } = [];

    /// <summary>Requests with their answers.</summary>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <summary>What a route of the application's own takes and gives; null for the protocol's. What its path has is not the protocol's either.</summary>
    public OwnTypes? Types { get; init; }

    /// <summary>Whether it is the one of a version of a model where it is mapped with this pattern.</summary>
    public bool IsOfVersion(RoutePattern pattern) => Types is null && pattern.GetParameter("version") is not null;
}
