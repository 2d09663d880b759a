using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary><c>GET /multiplex/silos</c> and <c>GET /multiplex/models/{model}</c>: what is where, and why. Reading changes nothing.</summary>
internal static class ResidencyRoutes
{
    /// <summary>A report on a model, for the OpenAPI document.</summary>
    [StringSyntax(StringSyntaxAttribute.Json)]
    public const string ReportExample =
        """
        {"model":"1","locations":[{"silo":"silo-1","pool":"Inference","model":"1","version":1,"state":"ready","bytes":44036,"mappedBytes":0,"ageSeconds":0.2,
        "hits":3,"inFlight":0,"loadSeconds":0.0014,"pinned":false,"copy":false,"nextVictim":true,"queued":0,"batchSize":1}],"placements":[{"chosen":"silo-1","decidedBy":"silo-1","ageSeconds":7.5,
        "candidates":[{"silo":"silo-1","reason":"Chosen: has room (0 models, 0B of 8GiB); the least full with room, and among equals first in this model's order of silos."}]}],"failures":[],
        "latencies":[{"silo":"silo-1","version":1,"requests":3,"load":{"meanSeconds":0.001,"p50Seconds":0,"p99Seconds":0.003},"queue":{"meanSeconds":0,"p50Seconds":0,"p99Seconds":0},
        "run":{"meanSeconds":0.00003,"p50Seconds":0.00003,"p99Seconds":0.00004},"total":{"meanSeconds":0.001,"p50Seconds":0.00004,"p99Seconds":0.003}}],
        "events":[{"at":"2026-01-31T12:00:00.5+00:00","kind":"loaded","silo":"silo-1","sequence":7,"pool":"Inference","model":"1","version":1,
        "message":"Loaded '1' (43KiB) in 1.4 ms.","count":1,"tookSeconds":0.0014,"bytes":44036}]}
        """;

    private static readonly Operation GetSilos = new("getSilos", "Operation", "What each silo holds")
    {
        Answer = "Silos",
        Errors = ErrorStatuses.OfCluster,
        Examples =
        [
            new("silos", "One silo with a model")
            {
                Answer = """
                    {"silos":[{"silo":"silo-1","address":"127.0.0.1:11111@154682510","maxBytes":8589934592,"chargedBytes":44036,
                    "maxMappedBytes":14316557653,"chargedMappedBytes":0,"utilisation":0.02,"draining":false,
                    "figures":{"version":"0.1.0","uptimeSeconds":60,"hits":9,"coldStarts":1,"hitRatio":0.9,"failed":0,"refused":0,"loaded":1,"loadsFailed":0,"evicted":0,
                    "requestsPerSecond":1.5,"evictionsPerSecond":0,"p50Seconds":0.00004,"p99Seconds":0.0016,"loading":0,"queued":0},
                    "cache":{"bytes":1294,"maxBytes":21474836480,"versions":1,"hits":0,"fetches":1,"evictions":0},
                    "pools":[{"pool":"Inference","maxModels":3,"chargedModels":1,"models":[{"model":"1","version":1,"state":"ready","bytes":44036,"mappedBytes":0,
                    "ageSeconds":0.2,"hits":3,"inFlight":0,"loadSeconds":0.0014,"pinned":false,"copy":false,"nextVictim":true,"queued":0,"batchSize":1}]}]}]}
                    """,
            },
        ],
    };

    private static readonly Operation GetModel = new("whereIsModel", "Operation", "Where a model is, and why")
    {
        Description = "With what happened to it, the last failure and the time of the next try, and what became of a newer version in the store. Here a `/` within the id may stand as it is.",
        Answer = "ModelReport",
        Errors = ErrorStatuses.OfModel,
        Examples = [new("model-1", "Model 1") { Answer = ReportExample }],
    };

    public static void MapResidency(this EndpointMap map)
    {
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/silos", Right.Read, GetSilos, static async (client, context) =>
        {
            var grant = AccessGrant.Of(context);
            var silos = await client.GetSilosAsync(context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, (json, flush) => ResidencyJson.WriteAsync(json, silos, grant.Covers, flush));
        });
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/models/{**model}", Right.Read, GetModel, static async (client, context) =>
        {
            var report = await client.GetModelAsync(ModelRoute.Read(context).ToString(), context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => ResidencyJson.Write(json, report, AccessGrant.Of(context)));
        }, IsVerb);
    }

    // This path takes the slashes of an id as they are, those of the verbs do not.
    private static bool IsVerb(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method)
        && context.GetRouteValue("model") is string path
        && ControlRoutes.Verbs.Contains(path[(path.LastIndexOf('/') + 1)..]);
}
