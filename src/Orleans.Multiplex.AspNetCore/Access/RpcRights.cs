using Grpc.AspNetCore.Server;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>The rights that the calls over gRPC need.</summary>
internal static class RpcRights
{
    private static readonly Dictionary<string, Right> Inference = new(StringComparer.Ordinal)
    {
        ["ServerLive"] = Right.Probe,
        ["ServerReady"] = Right.Probe,
        ["ModelInfer"] = Right.Infer,
        ["ModelStreamInfer"] = Right.Infer,
        ["ModelReady"] = Right.Read,
        ["ServerMetadata"] = Right.Read,
        ["ModelMetadata"] = Right.Read,
        ["ModelConfig"] = Right.Read,
        ["ModelStatistics"] = Right.Read,
        ["RepositoryIndex"] = Right.Read,
        ["RepositoryModelLoad"] = Right.Operate,
        ["RepositoryModelUnload"] = Right.Operate,
    };

    /// <summary>The right for a call of the inference service, by its name.</summary>
    /// <param name="call">The call; null for the answer to calls that the service does not have.</param>
    /// <exception cref="InvalidOperationException">No right is given for it.</exception>
    public static Right OfInference(GrpcMethodMetadata? call) => call is null
        ? Right.Probe
        : Inference.TryGetValue(call.Method.Name, out var right)
            ? right
            : throw new InvalidOperationException($"No right is given for the call {call.Method.FullName}.");
}
