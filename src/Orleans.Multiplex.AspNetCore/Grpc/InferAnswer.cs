using Google.Protobuf;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// An answer as the protocol has it: raw if the request was raw, else typed. Typed contents do not have every type; if one output needs
/// raw contents, all are raw, since an answer has one form.
/// </summary>
internal static class InferAnswer
{
    /// <summary>Makes the message of an answer, whose raw contents are the outputs' own bytes.</summary>
    /// <exception cref="InvalidInputException">It has an output that is no tensor; the message names it.</exception>
    public static ModelInferResponse Write(ModelKey model, ModelInferRequest request, InferenceResponse response)
    {
        var message = new ModelInferResponse
        {
            ModelName = model.Id,
            ModelVersion = response.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Id = request.Id,
        };
        var raw = request.RawInputContents.Count > 0
            || response.Outputs.Any(static output => output is Tensor tensor && TypedFields.Find(tensor.Type) is null);
        foreach (var output in response.Outputs)
        {
            var tensor = output as Tensor ?? throw new InvalidInputException(
                model.ToString(),
                "",
                $"Output '{output.Name}' is a {(output is ValueMap ? "map" : "sequence")}, which the protocol cannot carry. Ask for other outputs with outputs, or call the model with the .NET SDK.");
            var described = new ModelInferResponse.Types.InferOutputTensor { Name = tensor.Name, Datatype = tensor.Type.GetProtocolName() };
            described.Shape.AddRange(tensor.Shape);
            message.Outputs.Add(described);
            if (raw)
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
