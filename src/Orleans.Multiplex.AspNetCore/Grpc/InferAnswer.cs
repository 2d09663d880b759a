using Google.Protobuf;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// An answer as the protocol has it: raw if the request was raw, else typed. Typed contents do not have every type; if one output needs
/// raw contents, all are raw, since an answer has one form.
/// </summary>
internal static class InferAnswer
{
    /// <summary>Whether the answer of a request is raw.</summary>
    public static bool IsRaw(ModelInferRequest request, TensorAnswer response) =>
        request.RawInputContents.Count > 0 || response.Outputs.Any(static output => TypedFields.Find(output.Type) is null);

    /// <summary>Makes the message of an answer, whose raw contents are the outputs' own bytes.</summary>
    public static ModelInferResponse Write(ModelKey model, ModelInferRequest request, TensorAnswer response, bool isRaw)
    {
        var message = new ModelInferResponse
        {
            ModelName = model.Id,
            ModelVersion = response.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Id = request.Id,
        };
        foreach (var tensor in response.Outputs)
        {
            var described = new ModelInferResponse.Types.InferOutputTensor { Name = tensor.Name, Datatype = tensor.Type.GetProtocolName() };
            described.Shape.AddRange(tensor.Shape);
            message.Outputs.Add(described);
            if (isRaw)
            {
                message.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(tensor.Data));
            }
            else
            {
                described.Contents = TypedContentsWriter.Write(tensor);
            }
        }

        return message;
    }
}
