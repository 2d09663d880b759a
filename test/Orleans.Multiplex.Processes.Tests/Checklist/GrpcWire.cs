using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Orleans.Multiplex.Testing.OpenInference;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

internal sealed class GrpcWire : IWire
{
    private readonly GrpcChannel _channel;
    private readonly bool _isRaw;

    public GrpcWire(Uri address, bool isRaw)
    {
        _channel = GrpcChannel.ForAddress(address);
        _isRaw = isRaw;
        Service = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
    }

    public GRPCInferenceService.GRPCInferenceServiceClient Service { get; }

    public async Task<bool> IsLiveAsync() => (await Service.ServerLiveAsync(new())).Live;

    public async Task<bool> IsReadyAsync() => (await Service.ServerReadyAsync(new())).Ready;

    public async Task<bool> IsModelReadyAsync(string model) => (await Service.ModelReadyAsync(new() { Name = model })).Ready;

    public async Task<string[]> GetExtensionsAsync() => [.. (await Service.ServerMetadataAsync(new())).Extensions];

    public async Task<Answer> InferAsync(Ask ask, CancellationToken cancellationToken)
    {
        var response = await RunAsync(() => Service.ModelInferAsync(Write(ask), cancellationToken: cancellationToken));
        return new Answer(response.ModelName, response.ModelVersion, response.Id.Length > 0 ? response.Id : null, [.. response.Outputs.Select((output, i) => Read(response, output, i))]);
    }

    public Task LoadAsync(string model) => RunAsync(() => Service.RepositoryModelLoadAsync(new() { ModelName = model }));

    public Task UnloadAsync(string model) => RunAsync(() => Service.RepositoryModelUnloadAsync(new() { ModelName = model }));

    public async Task<ILookup<string, string>> GetIndexAsync(bool readyOnly) =>
        (await Service.RepositoryIndexAsync(new() { Ready = readyOnly })).Models
            .ToLookup(model => model.Name, model => model.State);

    public async Task<(ulong Success, ulong Fail)> CountAsync(string model)
    {
        var counts = (await Service.ModelStatisticsAsync(new() { Name = model })).ModelStats[0].InferenceStats;
        return (counts.Success.Count, counts.Fail.Count);
    }

    /// <summary>The message of a request.</summary>
    public ModelInferRequest Write(Ask ask)
    {
        var request = new ModelInferRequest
        {
            ModelName = ask.Model,
            ModelVersion = ask.Version ?? "",
            Id = ask.Id ?? "",
            Outputs = { ask.Outputs.Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }) },
        };
        foreach (var input in ask.Inputs)
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor
            {
                Name = input.Name,
                Datatype = input.Datatype,
                Shape = { input.Shape },
                Contents = _isRaw ? null : Write(input),
            });
            if (_isRaw)
            {
                request.RawInputContents.Add(ByteString.CopyFrom(input.ToBytes()));
            }
        }

        return request;
    }

    /// <summary>Makes a call.</summary>
    public static async Task<T> RunAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RpcException error)
        {
            throw new RefusedException(
                error.StatusCode switch
                {
                    StatusCode.InvalidArgument => Refusal.Invalid,
                    StatusCode.NotFound => Refusal.NotFound,
                    StatusCode.FailedPrecondition => Refusal.Broken,
                    StatusCode.ResourceExhausted => Refusal.TooLarge,
                    _ => Refusal.Other,
                },
                error.Status.ToString());
        }
    }

    public void Dispose() => _channel.Dispose();

    private static InferTensorContents Write(Value input) => input.Datatype switch
    {
        "FP32" => new() { Fp32Contents = { (float[])input.Elements } },
        "INT64" => new() { Int64Contents = { (long[])input.Elements } },
        "UINT64" => new() { Uint64Contents = { (ulong[])input.Elements } },
        _ => new() { BytesContents = { ((byte[][])input.Elements).Select(text => ByteString.CopyFrom(text)) } },
    };

    // The answer has the form of the request: raw contents for all outputs, or none.
    private Value Read(ModelInferResponse response, ModelInferResponse.Types.InferOutputTensor output, int index)
    {
        long[] shape = [.. output.Shape];
        return (_isRaw, output.Contents, response.RawOutputContents.Count) switch
        {
            (true, null, > 0) => Value.Read(output.Name, output.Datatype, shape, response.RawOutputContents[index].Span),
            (false, { } contents, 0) => new Value(output.Name, output.Datatype, shape, output.Datatype switch
            {
                "FP32" => contents.Fp32Contents.ToArray(),
                "INT64" => contents.Int64Contents.ToArray(),
                "UINT64" => contents.Uint64Contents.ToArray(),
                _ => contents.BytesContents.Select(text => text.ToByteArray()).ToArray(),
            }),
            _ => throw new InvalidDataException($"The answer has not the form of the request: {response}"),
        };
    }
}
