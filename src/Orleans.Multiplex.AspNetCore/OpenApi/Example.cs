using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>
/// A request and its answer, to a server with the sample models. In the document, its parts stand under its name: in parameters, where a
/// value is not the usual one, in the body, and in the response of its status.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">What it shows.</param>
internal sealed record Example(string Name, string Summary)
{
    /// <summary>The JSON of the body; null for none.</summary>
    [StringSyntax(StringSyntaxAttribute.Json)]
    public string? Body { get; init; }

    /// <summary>The parameters whose value is not the usual one.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The status of the answer.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The JSON of the answer; null where it is empty.</summary>
    [StringSyntax(StringSyntaxAttribute.Json)]
    public string? Answer { get; init; }
}
