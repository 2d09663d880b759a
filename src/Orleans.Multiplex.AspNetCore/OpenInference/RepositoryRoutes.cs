using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// The protocol's model repository: <c>POST /v2/repository/index</c>, and <c>/v2/repository/models/{model}/load</c> and <c>/unload</c>, whose
/// answers are empty.
/// </summary>
internal static class RepositoryRoutes
{
    /// <summary>The query parameters by which a client asks for a part of the index, and the header that names the model to go on after.</summary>
    public const string LimitParameter = "limit";
    public const string AfterParameter = "after";
    public const string NextHeader = "x-multiplex-next";

    private static readonly Operation List = new("listRepository", "Repository", "The models of the store and their states")
    {
        Parameters = [LimitParameter, AfterParameter],
        Body = "IndexRequest",
        IsBodyOptional = true,
        Answer = "Index",
        Headers = [NextHeader],
        Errors = [.. ErrorStatuses.OfBody, .. ErrorStatuses.OfCluster],
        Examples =
        [
            new("all", "All models")
            {
                Body = "{}",
                Answer = """[{"name":"1","version":"1","state":"READY","reason":""},{"name":"2"},{"name":"3"},{"name":"4"}]""",
            },
            new("ready", "Those that are ready")
            {
                Body = """{"ready":true}""",
                Answer = """[{"name":"1","version":"1","state":"READY","reason":""}]""",
            },
            new("part", "The next two after model 1")
            {
                Parameters = new Dictionary<string, string> { [LimitParameter] = "2", [AfterParameter] = "1" },
                Body = "{}",
                Answer = """[{"name":"2"},{"name":"3"}]""",
            },
        ],
    };

    private static readonly Operation Load = new("loadModel", "Repository", "Load a model")
    {
        Description = "Answers when it is resident. It pins nothing.",
        Body = "RepositoryRequest",
        IsBodyOptional = true,
        Errors = [.. ErrorStatuses.OfBody, .. ErrorStatuses.OfLoad, StatusCodes.Status501NotImplemented],
        Examples =
        [
            new("load", "Load the model") { Body = "{}" },
            new("own-configuration", "A configuration of the caller's own")
            {
                Body = """{"parameters":{"config":"{}"}}""",
                Status = StatusCodes.Status501NotImplemented,
                Answer = """{"error":"The parameter \"config\" of a load is not supported: models are loaded as they are in the store. Put the model there."}""",
            },
        ],
    };

    private static readonly Operation Unload = new("unloadModel", "Repository", "Unload a model")
    {
        Description = "Answers when it is resident nowhere any more. The requests that use it end first.",
        Body = "RepositoryRequest",
        IsBodyOptional = true,
        Errors = [.. ErrorStatuses.OfBody, .. ErrorStatuses.OfModel, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
        Examples = [new("unload", "Unload the model") { Body = """{"parameters":{"unload_dependents":false}}""" }],
    };

    public static void MapRepository(this EndpointMap map)
    {
        map.Map<RepositoryEndpoint>(HttpMethods.Post, "/v2/repository/index", Right.Read, List, static (endpoint, context) =>
            endpoint.ListAsync(context, ReadLimit(context), context.Request.Query[AfterParameter] is [{ } after] ? after : null));
        map.Map<RepositoryEndpoint>(HttpMethods.Post, "/v2/repository/models/{model}/load", Right.Operate, Load, static (endpoint, context) =>
            endpoint.LoadAsync(context, ModelRoute.Read(context)));
        map.Map<RepositoryEndpoint>(HttpMethods.Post, "/v2/repository/models/{model}/unload", Right.Operate, Unload, static (endpoint, context) =>
            endpoint.UnloadAsync(context, ModelRoute.Read(context)));
    }

    private static int? ReadLimit(HttpContext context)
    {
        var text = context.Request.Query[LimitParameter];
        return text.Count == 0 ? null
            : int.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= RepositoryEndpoint.MostPerPart ? limit
            : throw new InvalidInputException("", "", $"The query parameter {LimitParameter} is a number from 1 to {RepositoryEndpoint.MostPerPart}.");
    }
}
