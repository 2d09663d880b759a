using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The calls of the protocol's gRPC service. Those but inference, load and unload neither place, load nor evict.</summary>
internal sealed class InferenceRpcs(
    IMultiplexClient client, ReadinessProbe probe, ModelReadiness readiness, RepositoryRpcs repository, InferTimeout timeout, IOptions<MultiplexHttpOptions> options)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <summary>The metadata that names the model where a request does not.</summary>
    private const string ModelIdMetadata = "multiplexed_model_id";

    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override async Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        new() { Ready = await probe.FindFaultAsync(context.CancellationToken) is null };

    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        var (state, fault) = await readiness.AskAsync(ReadModel(request.Name, request.Version, context), context.CancellationToken);
        context.ResponseTrailers.Add(ModelReadiness.StateHeader, state);
        return new ModelReadyResponse { Ready = fault is null };
    }

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse
        {
            Name = "orleans-multiplex",
            Version = typeof(InferenceRpcs).Assembly.GetName().Version?.ToString(3) ?? "",
            Extensions = { "model_repository" },
        });

    public override async Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var model = ReadModel(request.Name, request.Version, context);
        var description = await client.DescribeAsync(model.ToString(), context.CancellationToken);
        var response = new ModelMetadataResponse { Name = model.Id, Platform = description.Signature.Platform };
        response.Versions.AddRange(description.Versions.Select(static version => version.ToString(CultureInfo.InvariantCulture)));
        response.Inputs.AddRange(description.Signature.Inputs.Select(Describe));
        response.Outputs.AddRange(description.Signature.Outputs.Select(Describe));
        return response;
    }

    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        // 1 The request into tensors. Its message is charged already, by ChargedBody.
        var model = ReadModel(request.ModelName, request.ModelVersion, context);
        var key = model.ToString();
        var account = context.GetHttpContext().Features.GetRequiredFeature<BytesInFlight.Account>();
        var scope = new ReadScope(key, bodyLength: 0, options.Value.MaxRequestBytes.Bytes, account);
        var inputs = InferInputs.Read(request, scope);
        var asked = new InferenceOptions
        {
            Outputs = [.. request.Outputs.Select(static output => output.Name)],
            Timeout = timeout.Read(request, context.Deadline, scope),
            Priority = InferPriority.Read(request, scope),
        };

        // 2 The call.
        var response = await client.InferAsync(key, inputs, asked, context.CancellationToken);

        // 3 The answer: its tensors, and as much again for the message on its way out.
        account.ChargeAnyway(2 * response.Outputs.Sum(static output => output is Tensor tensor ? (long)tensor.Data.Length : 0));
        return InferAnswer.Write(model, request, response);
    }

    public override Task<RepositoryIndexResponse> RepositoryIndex(RepositoryIndexRequest request, ServerCallContext context) =>
        repository.ListAsync(request, context);

    public override Task<RepositoryModelLoadResponse> RepositoryModelLoad(RepositoryModelLoadRequest request, ServerCallContext context) =>
        repository.LoadAsync(request, ReadModel(request.ModelName, "", context), context.CancellationToken);

    public override Task<RepositoryModelUnloadResponse> RepositoryModelUnload(RepositoryModelUnloadRequest request, ServerCallContext context) =>
        repository.UnloadAsync(request, ReadModel(request.ModelName, "", context), context.CancellationToken);

    public override async Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
    {
        // Without a name it is all models; a version alone names none.
        var isForAll = request.Name.Length == 0 && request.Version.Length == 0;
        var model = isForAll ? null : ReadModel(request.Name, request.Version, context).ToString();
        var grant = AccessGrant.Of(context.GetHttpContext());
        var statistics = await client.GetStatisticsAsync(model, context.CancellationToken);
        return StatisticsAnswer.Write(statistics.RemoveAll(one => !grant.Covers(one.Model)));
    }

    private static ModelKey ReadModel(string name, string version, ServerCallContext context)
    {
        var model = name.Length > 0 ? name : context.RequestHeaders.GetValue(ModelIdMetadata);
        if (string.IsNullOrEmpty(model))
        {
            throw new InvalidModelIdException(model, $"set the name of the model in the request, or the metadata {ModelIdMetadata}.");
        }

        return RequestModel.Admit(context.GetHttpContext(), model, version.Length > 0 ? version : null);
    }

    private static ModelMetadataResponse.Types.TensorMetadata Describe(ValueSpec value)
    {
        var described = new ModelMetadataResponse.Types.TensorMetadata { Name = value.Name, Datatype = value.Type?.GetProtocolName() ?? "UNKNOWN" };
        if (!value.Shape.IsDefault)
        {
            described.Shape.AddRange(value.Shape);
        }

        return described;
    }
}
