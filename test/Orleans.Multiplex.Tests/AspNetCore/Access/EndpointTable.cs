using Google.Protobuf;
using Grpc.Health.V1;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.Testing.OpenInference;
using static Orleans.Multiplex.Tests.AspNetCore.Access.ModelUse;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>The table of all endpoints. One that the server has and that is not here fails <see cref="RightsTests"/>.</summary>
internal static class EndpointTable
{
    public const string Model = "team-a/iris";

    private const string InPath = "team-a%2Firis";

    public static readonly AnEndpoint[] All =
    [
        // Inference.
        Post("/", Right.Infer, "/", Names, """{"inputs":[]}""") with { NamesModelInHeader = true },
        Post("/greet", Right.Infer, "/greet", Names, "{}") with { NamesModelInHeader = true },
        Post("/v2/models/{model}/infer", Right.Infer, $"/v2/models/{InPath}/infer", Names, """{"inputs":[]}"""),
        Post("/v2/models/{model}/versions/{version}/infer", Right.Infer, $"/v2/models/{InPath}/versions/3/infer", Names, """{"inputs":[]}"""),

        // Reads.
        Get("/v2", Right.Read, "/v2"),
        Get("/v2/models/{model}", Right.Read, $"/v2/models/{InPath}", Names),
        Get("/v2/models/{model}/versions/{version}", Right.Read, $"/v2/models/{InPath}/versions/3", Names),
        Get("/v2/models/{model}/ready", Right.Read, $"/v2/models/{InPath}/ready", Names),
        Get("/v2/models/{model}/versions/{version}/ready", Right.Read, $"/v2/models/{InPath}/versions/3/ready", Names),
        Get("/multiplex/silos", Right.Read, "/multiplex/silos", Lists),
        Get("/multiplex/models/{**model}", Right.Read, $"/multiplex/models/{Model}", Names),

        Get("/multiplex/history", Right.Read, "/multiplex/history"),
        Get("/multiplex/events", Right.Read, "/multiplex/events?follow=false", Lists),
        Get("/multiplex/pins", Right.Read, "/multiplex/pins", Lists),
        Get("/multiplex/quarantine", Right.Read, "/multiplex/quarantine", Lists),
        Get("/metrics", Right.Read, "/metrics", ModelUse.All) with { IsOfAnother = true },
        Post("/v2/repository/index", Right.Read, "/v2/repository/index", Lists, ""),
        Get("/v2/models/{model}/config", Right.Read, $"/v2/models/{InPath}/config", Names),
        Get("/v2/models/{model}/versions/{version}/config", Right.Read, $"/v2/models/{InPath}/versions/3/config", Names),
        Get("/v2/models/stats", Right.Read, "/v2/models/stats", Lists),
        Get("/v2/models/{model}/stats", Right.Read, $"/v2/models/{InPath}/stats", Names),
        Get("/v2/models/{model}/versions/{version}/stats", Right.Read, $"/v2/models/{InPath}/versions/3/stats", Names),

        // Operations.
        Post("/v2/repository/models/{model}/load", Right.Operate, $"/v2/repository/models/{InPath}/load", Names, ""),
        Post("/v2/repository/models/{model}/unload", Right.Operate, $"/v2/repository/models/{InPath}/unload", Names, ""),
        Post("/multiplex/models/{model}/load", Right.Operate, $"/multiplex/models/{InPath}/load", Names, ""),
        Post("/multiplex/models/{model}/unload", Right.Operate, $"/multiplex/models/{InPath}/unload", Names, ""),
        Post("/multiplex/models/{model}/pin", Right.Operate, $"/multiplex/models/{InPath}/pin", Names, ""),
        Post("/multiplex/models/{model}/unpin", Right.Operate, $"/multiplex/models/{InPath}/unpin", Names, ""),

        Post("/multiplex/silos/{silo}/drain", Right.Operate, "/multiplex/silos/silo-1/drain", ModelUse.All, ""),
        new("DELETE /multiplex/quarantine/{**model}", Right.Operate, $"/multiplex/quarantine/{Model}", Names),

        // Probes.
        Get("/v2/health/live", Right.Probe, "/v2/health/live"),
        Get("/v2/health/ready", Right.Probe, "/v2/health/ready"),

        // What can be asked.
        Get("/openapi/v1.json", Right.Document, "/openapi/v1.json"),
        Get("/scalar/{documentName?}", Right.Document, "/scalar/") with { IsOfAnother = true },
        Get("/scalar/scalar.js", Right.Document, "/scalar/scalar.js") with { IsOfAnother = true },
        Get("/scalar/scalar.aspnetcore.js", Right.Document, "/scalar/scalar.aspnetcore.js") with { IsOfAnother = true },
        Get("/scalar/favicon.svg", Right.Document, "/scalar/favicon.svg") with { IsOfAnother = true },

        // The inference service.
        Rpc("ServerLive", Right.Probe, new ServerLiveRequest()),
        Rpc("ServerReady", Right.Probe, new ServerReadyRequest()),
        Rpc("ModelInfer", Right.Infer, new ModelInferRequest { ModelName = Model }, Names),
        Rpc("ModelStreamInfer", Right.Infer, new ModelInferRequest { ModelName = Model }, Names),
        Rpc("ServerMetadata", Right.Read, new ServerMetadataRequest()),
        Rpc("ModelReady", Right.Read, new ModelReadyRequest { Name = Model }, Names),
        Rpc("ModelMetadata", Right.Read, new ModelMetadataRequest { Name = Model, Version = "3" }, Names),
        Rpc("ModelConfig", Right.Read, new ModelConfigRequest { Name = Model }, Names),
        Rpc("ModelStatistics", Right.Read, new ModelStatisticsRequest { Name = Model }, Names),
        Rpc("RepositoryIndex", Right.Read, new RepositoryIndexRequest(), Lists),
        Rpc("RepositoryModelLoad", Right.Operate, new RepositoryModelLoadRequest { ModelName = Model }, Names),
        Rpc("RepositoryModelUnload", Right.Operate, new RepositoryModelUnloadRequest { ModelName = Model }, Names),

        // The health service.
        Rpc("Check", Right.Probe, new HealthCheckRequest(), service: "grpc.health.v1.Health"),
        Rpc("Watch", Right.Probe, new HealthCheckRequest(), service: "grpc.health.v1.Health") with { IsEndless = true },

        // Calls and services that are not there.
        Nothing("{unimplementedService}", "/other.Service/Call"),
        Nothing("inference.GRPCInferenceService", "/inference.GRPCInferenceService/Other"),
        Nothing("grpc.health.v1.Health", "/grpc.health.v1.Health/Other"),
    ];

    /// <summary>Patterns below which every other path is answered with 404.</summary>
    public static readonly string[] Unknown = ["/v2/{**path}", "/multiplex/{**path}", "/{**path}"];

    private static AnEndpoint Get(string pattern, Right right, string path, ModelUse models = None) => new($"GET {pattern}", right, path, models);

    private static AnEndpoint Post(string pattern, Right right, string path, ModelUse models, string body) => new($"POST {pattern}", right, path, models) { Body = body };

    private static AnEndpoint Rpc(string call, Right right, IMessage message, ModelUse models = None, string service = "inference.GRPCInferenceService") =>
        new($"POST /{service}/{call}", right, $"/{service}/{call}", models) { Message = message };

    private static AnEndpoint Nothing(string service, string path) =>
        new($"* /{service}/{{unimplementedMethod:grpcunimplemented}}", Right.Probe, path) { Message = new HealthCheckRequest(), IsNothing = true };
}
