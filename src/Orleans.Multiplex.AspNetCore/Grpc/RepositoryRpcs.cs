using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;
using static Orleans.Multiplex.AspNetCore.Grpc.Protocol.RepositoryIndexResponse.Types;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>Answers the calls of the protocol's model repository over gRPC.</summary>
internal sealed class RepositoryRpcs(IMultiplexClient client, IndexReader index, IOptions<MultiplexHttpOptions> options)
{
    private const int PerPart = 1000;
    private const int TagBytes = 1;
    private readonly int _maxMessageBytes = GrpcEndpoints.MaxMessageBytes(options.Value);

    /// <summary>The whole index: the protocol has no parts. One that is over the limit of messages is to be had over HTTP.</summary>
    /// <exception cref="BadHttpRequestException">It is; nothing is read beyond the limit.</exception>
    public async Task<RepositoryIndexResponse> ListAsync(RepositoryIndexRequest request, ServerCallContext context)
    {
        RepositoryRequest.RequireNoName(request.RepositoryName);
        var grant = AccessGrant.Of(context.GetHttpContext());
        var response = new RepositoryIndexResponse();
        var bytes = 0L;
        for (string? after = null; ;)
        {
            var page = await index.ReadAsync(grant, after, PerPart, request.Ready, context.CancellationToken);
            foreach (var model in page.Entries.Select(Describe))
            {
                response.Models.Add(model);
                var size = model.CalculateSize();
                bytes += TagBytes + CodedOutputStream.ComputeLengthSize(size) + size;
            }

            if (bytes > _maxMessageBytes)
            {
                throw new BadHttpRequestException(
                    $"The index is longer than a message may be ({_maxMessageBytes} bytes, by Multiplex:MaxRequestBytes). Ask for it over HTTP: POST /v2/repository/index.",
                    StatusCodes.Status413PayloadTooLarge);
            }

            if ((after = page.Next) is null)
            {
                return response;
            }
        }
    }

    public async Task<RepositoryModelLoadResponse> LoadAsync(RepositoryModelLoadRequest request, ModelKey model, CancellationToken cancellationToken)
    {
        RepositoryRequest.RequireNoName(request.RepositoryName);
        new RepositoryRequest(false, request.Parameters.Keys.FirstOrDefault(RepositoryRequest.IsUpload)).RequireNoUpload();
        await client.LoadAsync(model.ToString(), cancellationToken);
        return new RepositoryModelLoadResponse();
    }

    public async Task<RepositoryModelUnloadResponse> UnloadAsync(RepositoryModelUnloadRequest request, ModelKey model, CancellationToken cancellationToken)
    {
        RepositoryRequest.RequireNoName(request.RepositoryName);
        await client.UnloadAsync(model.ToString(), cancellationToken);
        return new RepositoryModelUnloadResponse();
    }

    private static ModelIndex Describe(ModelIndexEntry entry) => new()
    {
        Name = entry.Model,
        Version = entry.Version?.ToString(CultureInfo.InvariantCulture) ?? "",
        State = entry.State?.GetProtocolName() ?? "",
        Reason = entry.Reason,
    };
}
