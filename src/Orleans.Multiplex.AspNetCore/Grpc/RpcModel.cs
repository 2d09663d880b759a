using Grpc.Core;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The model that a request names.</summary>
internal static class RpcModel
{
    /// <summary>The metadata that names the model where a request does not.</summary>
    private const string ModelIdMetadata = "multiplexed_model_id";

    /// <summary>Reads the name and version of a request.</summary>
    /// <exception cref="InvalidModelIdException">They are no model id, or no version.</exception>
    /// <exception cref="RefusedException">The caller may not ask for it.</exception>
    public static ModelKey Read(string name, string version, ServerCallContext context)
    {
        var model = name.Length > 0 ? name : context.RequestHeaders.GetValue(ModelIdMetadata);

        // Without one it is no model id, which is for the one way to it to say: a request counts whatever it names.
        return RequestModel.Admit(
            context.GetHttpContext(), model ?? "", version.Length > 0 ? version : null, $"set the name of the model in the request, or the metadata {ModelIdMetadata}.");
    }
}
