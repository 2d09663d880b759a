using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>How urgent a call is: the parameter <c>priority</c>, 1 being the most.</summary>
internal static class InferPriority
{
    /// <summary>Reads the priority of a request; 0 when it does not say.</summary>
    /// <exception cref="InvalidInputException">The parameter is no priority.</exception>
    public static int Read(ModelInferRequest request, ReadScope scope)
    {
        if (!request.Parameters.TryGetValue("priority", out var parameter))
        {
            return 0;
        }

        // The protocol has 64 bits for it, far more than there are levels.
        return parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Uint64Param => (int)Math.Min(parameter.Uint64Param, int.MaxValue),
            InferParameter.ParameterChoiceOneofCase.Int64Param when parameter.Int64Param >= 0 => (int)Math.Min(parameter.Int64Param, int.MaxValue),
            _ => throw scope.Fault("The parameter priority must be an int64 or uint64 number: 1 is the most urgent, 0 is the default."),
        };
    }
}
