using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Orleans.Multiplex.Testing.OpenInference;

namespace Orleans.Multiplex.Conformance.Tests.Calls;

/// <summary>Calls a gateway over gRPC with raw contents, by a client generated from the protocol's own file.</summary>
internal sealed class GrpcCaller : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _service;

    public GrpcCaller(Uri address)
    {
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        _service = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
    }

    /// <summary>Asks a model for all its outputs.</summary>
    /// <exception cref="RefusedException">The gateway answered with an error that has a cause.</exception>
    public async Task<IReadOnlyList<ModelValue>> InferAsync(string id, IEnumerable<Tensor> inputs, CancellationToken cancellationToken)
    {
        var request = new ModelInferRequest { ModelName = id };
        foreach (var input in inputs)
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = input.Name, Datatype = input.Type.GetProtocolName(), Shape = { input.Shape } });
            request.RawInputContents.Add(ByteString.CopyFrom(input.Data.Span));
        }

        try
        {
            return Read(await _service.ModelInferAsync(request, cancellationToken: cancellationToken));
        }
        catch (RpcException error) when (error.StatusCode is not (StatusCode.Internal or StatusCode.Unknown) && error.Status.Detail.Length > 0)
        {
            throw new RefusedException($"gRPC {error.StatusCode}: {error.Status.Detail}");
        }
    }

    public void Dispose() => _channel.Dispose();

    // A request without inputs has no contents of either form, and is answered typed where that can be.
    private static List<ModelValue> Read(ModelInferResponse response) =>
        [.. response.Outputs.Select((output, i) => Read(
            output, response.RawOutputContents.Count > 0 ? response.RawOutputContents[i].Memory : TypedBytes.Of(output)))];

    private static Tensor Read(ModelInferResponse.Types.InferOutputTensor output, ReadOnlyMemory<byte> data) =>
        TensorTypes.TryParseProtocolName(output.Datatype, out var type)
            ? new Tensor(output.Name, type, [.. output.Shape], data)
            : throw new InvalidDataException($"{output.Datatype} is no type of the protocol.");
}
