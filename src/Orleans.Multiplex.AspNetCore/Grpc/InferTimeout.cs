using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The time of a call: the parameter <c>timeout</c> or what is left until the call's deadline, whichever is less.</summary>
internal sealed class InferTimeout(TimeProvider time, IOptions<MultiplexClientOptions> options)
{
    /// <summary>Reads the time that a request allows; null when it says nothing.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">The call's deadline; the end of time when it has none.</param>
    /// <param name="scope">The reading.</param>
    /// <exception cref="InvalidInputException">The parameter is no time.</exception>
    public TimeSpan? Read(ModelInferRequest request, DateTime deadline, ReadScope scope)
    {
        var parameter = ReadParameter(request, scope);
        if (deadline == DateTime.MaxValue)
        {
            return parameter;
        }

        // A deadline is how long the caller waits, be it an hour: no more is granted than may be. One that has passed ends the call by itself.
        var left = deadline - time.GetUtcNow().UtcDateTime;
        left = left <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : left > options.Value.MaxRequestTimeout ? options.Value.MaxRequestTimeout : left;
        return parameter < left ? parameter : left;
    }

    private static TimeSpan? ReadParameter(ModelInferRequest request, ReadScope scope)
    {
        if (!request.Parameters.TryGetValue("timeout", out var parameter))
        {
            return null;
        }

        var microseconds = parameter.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param when parameter.Uint64Param <= RequestParameters.MicrosecondsPerDay => (long)parameter.Uint64Param,
            _ => -1,
        };
        if (microseconds is < 0 or > RequestParameters.MicrosecondsPerDay)
        {
            throw scope.Fault(
                "The parameter timeout must be an int64 or uint64 number of microseconds of at most a day, or 0 for the default.");
        }

        return microseconds == 0 ? null : TimeSpan.FromMicroseconds(microseconds);
    }
}
