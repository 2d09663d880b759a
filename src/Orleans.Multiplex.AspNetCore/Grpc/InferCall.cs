using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>One inference request over gRPC, by itself or of a stream, from its message to its answer.</summary>
internal sealed class InferCall(TensorCall call, InferTimeout timeout, IOptions<MultiplexHttpOptions> options)
{
    private readonly long _maxBytes = options.Value.MaxRequestBytes.Bytes;
    private readonly int _maxMessageBytes = GrpcEndpoints.MaxMessageBytes(options.Value);

    /// <summary>Answers a request.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">The request.</param>
    /// <param name="account">What it is charged to. Its message is charged already, by <see cref="ChargedBody"/>.</param>
    /// <param name="isOfStream">Whether more requests come beside it on the same call.</param>
    /// <param name="deadline">The call's deadline; the end of time when it has none.</param>
    /// <param name="cancellationToken">Ends the call of the model when the caller has gone.</param>
    public async Task<ModelInferResponse> AnswerAsync(
        ModelKey model,
        ModelInferRequest request,
        BytesInFlight.Account account,
        bool isOfStream,
        DateTime deadline,
        CancellationToken cancellationToken)
    {
        // 1 The request into tensors.
        var scope = new ReadScope(model.ToString(), bodyLength: 0, _maxBytes, account);
        var inputs = InferInputs.Read(request, scope);
        var asked = new InferenceOptions
        {
            Outputs = [.. request.Outputs.Select(static output => output.Name)],
            Timeout = timeout.Read(request, deadline, scope),
            Priority = InferPriority.Read(request, scope),
            IsAwaitedAtOnce = !isOfStream,
        };

        // 2 The call.
        var response = await call.InferAsync(model, inputs, asked, cancellationToken);

        // 3 The answer: its tensors, their bytes in the message, and these again on their way out. Typed elements may take ten times as much
        //   as in a tensor, so they are measured before they are written. Raw contents are the tensors' own bytes.
        var isRaw = InferAnswer.IsRaw(request, response);
        var bytes = isRaw ? response.Bytes : response.Outputs.Sum(TypedContentsWriter.Measure);
        Require(bytes <= _maxMessageBytes);
        account.ChargeAnyway(response.Bytes + (isRaw ? bytes : 2 * bytes));
        var answer = InferAnswer.Write(model, request, response, isRaw);
        Require(answer.CalculateSize() <= _maxMessageBytes);
        return answer;
    }

    private void Require(bool isWithinLimit)
    {
        if (!isWithinLimit)
        {
            throw new BadHttpRequestException(
                $"The answer is longer than {_maxBytes} bytes (Multiplex:MaxRequestBytes). Send fewer rows at once, or ask for fewer outputs.",
                StatusCodes.Status413PayloadTooLarge);
        }
    }
}
