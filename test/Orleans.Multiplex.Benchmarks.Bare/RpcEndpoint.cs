using System.Buffers;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;

namespace Orleans.Multiplex.Benchmarks.Bare;

/// <summary>Inference over gRPC, with raw contents.</summary>
internal sealed class RpcEndpoint(ModelTable models) : GRPCInferenceService.GRPCInferenceServiceBase
{
    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        var session = models.Find(request.ModelName) ?? throw new RpcException(new Status(StatusCode.NotFound, $"There is no model '{request.ModelName}'."));
        var bytes = request.RawInputContents[0];
        var data = ArrayPool<float>.Shared.Rent(bytes.Length / sizeof(float));
        try
        {
            bytes.Span.CopyTo(MemoryMarshal.AsBytes(data.AsSpan()));
            using var output = await models.RunAsync(session, data, bytes.Length / sizeof(float), [.. request.Inputs[0].Shape]);
            var tensor = new ModelInferResponse.Types.InferOutputTensor { Name = session.OutputNames[0], Datatype = "FP32" };
            tensor.Shape.AddRange(output.GetTensorTypeAndShape().Shape);
            var answer = new ModelInferResponse { ModelName = request.ModelName, ModelVersion = "1" };
            answer.Outputs.Add(tensor);
            answer.RawOutputContents.Add(ByteString.CopyFrom(MemoryMarshal.AsBytes(output.GetTensorDataAsSpan<float>())));
            return answer;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(data);
        }
    }
}
