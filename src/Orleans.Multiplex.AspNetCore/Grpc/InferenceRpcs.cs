using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The calls of the protocol's gRPC service. Those but <c>ModelInfer</c> neither place, load nor evict.</summary>
internal sealed class InferenceRpcs(IMultiplexClient client, TensorCall call, ReadinessProbe probe, InferTimeout timeout, IOptions<MultiplexHttpOptions> options)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    /// <summary>The metadata that names the model where a request does not.</summary>
    private const string ModelIdMetadata = "multiplexed_model_id";

    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override async Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        new() { Ready = await probe.FindFaultAsync(context.CancellationToken) is null };

    public override async Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context) => new()
    {
        Ready = await MetadataRoutes.FindFaultAsync(client, ReadModel(request.Name, request.Version, context), context.CancellationToken) is null,
    };

    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse
        {
            Name = "orleans-multiplex",
            Version = typeof(InferenceRpcs).Assembly.GetName().Version?.ToString(3) ?? "",
        });

    public override async Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        var model = ReadModel(request.Name, request.Version, context);
        var description = await client.DescribeAsync(model.ToString(), context.CancellationToken);
        var response = new ModelMetadataResponse { Name = model.Id, Platform = description.Signature.Platform };
        response.Versions.AddRange(description.Versions.Select(static version => version.ToString(CultureInfo.InvariantCulture)));
        response.Inputs.AddRange(description.Signature.Inputs.Select(Describe));
        response.Outputs.AddRange(TensorSpecs.List(description.Signature.Outputs).Select(Describe));
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
        var time = timeout.Read(request, context.Deadline, scope);

        // 2 The call.
        var response = await call.InferAsync(
            model, inputs, [.. request.Outputs.Select(static output => output.Name)], time, context.CancellationToken);

        // 3 The answer: its tensors, and as much again for the message on its way out.
        account.ChargeAnyway(2 * response.Bytes);
        return InferAnswer.Write(model, request, response);
    }

    private static ModelKey ReadModel(string name, string version, ServerCallContext context)
    {
        var model = name.Length > 0 ? name : context.RequestHeaders.GetValue(ModelIdMetadata);
        if (string.IsNullOrEmpty(model))
        {
            throw new InvalidModelIdException(model, $"set the name of the model in the request, or the metadata {ModelIdMetadata}.");
        }

        var key = ModelRoute.Read(model, version.Length > 0 ? version : null);
        ErrorBoundary.SetModel(context.GetHttpContext(), key.ToString());
        return key;
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
