using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The calls of the protocol's gRPC service. Those but inference, load and unload neither place, load nor evict.</summary>
[BindServiceMethod(typeof(MessageReading), nameof(MessageReading.BindInference))]
internal sealed class InferenceRpcs(
    IMultiplexClient client,
    InferCall call,
    RpcErrorBoundary boundary,
    ReadinessProbe probe,
    ModelReadiness readiness,
    RepositoryRpcs repository,
    ServerStop stop)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override async Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        new() { Ready = await probe.FindFaultAsync(context.CancellationToken) is null };

    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        var model = RpcModel.Read(request.Name, request.Version, context);
        try
        {
            var (state, fault) = await readiness.AskAsync(model, context.CancellationToken);
            context.ResponseTrailers.Add(ModelReadiness.StateHeader, state);
            return new ModelReadyResponse { Ready = fault is null };
        }
        catch (ModelNotFoundException)
        {
            context.ResponseTrailers.Add(ModelReadiness.StateHeader, ModelReadiness.Unknown);
            throw;
        }
    }

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse
        {
            Name = ServerDescription.Name,
            Version = ServerDescription.Version,
            Extensions = { ServerDescription.Extensions },
        });

    public override async Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var model = RpcModel.Read(request.Name, request.Version, context);
        var description = await client.DescribeAsync(model.ToString(), context.CancellationToken);
        var response = new ModelMetadataResponse { Name = model.Id, Platform = description.Signature.Platform };
        response.Versions.AddRange(description.Versions.Select(static version => version.ToString(CultureInfo.InvariantCulture)));
        response.Inputs.AddRange(description.Signature.Inputs.Select(Describe));
        response.Outputs.AddRange(TensorSpecs.List(description.Signature.Outputs).Select(Describe));
        return response;
    }

    public override async Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context)
    {
        var model = RpcModel.Read(request.Name, request.Version, context);
        var description = await client.DescribeAsync(model.ToString(), context.CancellationToken);
        return new ModelConfigResponse { Config = ConfigMessage.Write(model.Id, ModelConfiguration.Of(description.Signature)) };
    }

    public override Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context) => call.AnswerAsync(
        RpcModel.Read(request.ModelName, request.ModelVersion, context),
        request,
        context.GetHttpContext().Features.GetRequiredFeature<BytesInFlight.Account>(),
        isOfStream: false,
        context.Deadline,
        context.CancellationToken);

    public override async Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requestStream, IServerStreamWriter<ModelStreamInferResponse> responseStream, ServerCallContext context)
    {
        using var stream = new InferStream(call, boundary, responseStream, context, stop.Token);
        await stream.RunAsync(requestStream);
    }

    public override Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context) =>
        repository.ListAsync(request, context);

    public override Task<RepositoryModelLoadResponse> RepositoryModelLoad(RepositoryModelLoadRequest request, ServerCallContext context) =>
        repository.LoadAsync(request, RpcModel.Read(request.ModelName, "", context), context.CancellationToken);

    public override Task<RepositoryModelUnloadResponse> RepositoryModelUnload(RepositoryModelUnloadRequest request, ServerCallContext context) =>
        repository.UnloadAsync(request, RpcModel.Read(request.ModelName, "", context), context.CancellationToken);

    public override async Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
    {
        // Without a name it is all models; a version alone names none.
        var isForAll = request.Name.Length == 0 && request.Version.Length == 0;
        var model = isForAll ? null : RpcModel.Read(request.Name, request.Version, context).ToString();
        var grant = AccessGrant.Of(context.GetHttpContext());
        var statistics = await client.GetStatisticsAsync(model, context.CancellationToken);
        return StatisticsAnswer.Write(statistics.RemoveAll(one => !grant.Covers(one.Model)));
    }

    private static ModelMetadataResponse.Types.TensorMetadata Describe(ValueSpec value)
    {
        var described = new ModelMetadataResponse.Types.TensorMetadata { Name = value.Name, Datatype = value.Type?.GetProtocolName() ?? "UNKNOWN" };
        if (value is { Kind: ValueKind.Tensor, Shape.IsDefault: false })
        {
            described.Shape.AddRange(value.Shape);
        }

        return described;
    }
}
