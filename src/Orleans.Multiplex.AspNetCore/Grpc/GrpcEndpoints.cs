using Google.Protobuf.WellKnownTypes;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>Registers and maps the gRPC services. They answer on endpoints that speak HTTP/2.</summary>
internal static class GrpcEndpoints
{
    // What a message has beside its tensors' bytes: names, shapes, parameters.
    private const int MessageOverhead = 64 << 10;

    public static void AddMultiplexGrpc(this IServiceCollection services)
    {
        // Set for these services alone: an application may have others.
        services.AddGrpc().AddServiceOptions<InferenceRpcs>(static service => service.Interceptors.Add<RpcErrorBoundary>());
        services.AddOptions<GrpcServiceOptions<InferenceRpcs>>().Configure<IOptions<MultiplexHttpOptions>>(static (service, http) =>
        {
            var bytes = MaxMessageBytes(http.Value);
            (service.MaxReceiveMessageSize, service.MaxSendMessageSize) = (bytes, bytes);
        });
        services.TryAddSingleton<RpcErrorBoundary>();
        services.TryAddSingleton<StoppingCalls>();
        services.TryAddSingleton<InferTimeout>();
        services.TryAddSingleton<RepositoryRpcs>();
        services.TryAddSingleton<InferCall>();
        services.TryAddSingleton<InferenceRpcs>();
        services.TryAddSingleton<HealthRpcs>();
    }

    /// <summary>The most bytes that a message may have.</summary>
    public static int MaxMessageBytes(MultiplexHttpOptions options) =>
        (int)Math.Min(options.MaxRequestBytes.Bytes, int.MaxValue - MessageOverhead) + MessageOverhead;

    public static void MapMultiplexGrpc(this IEndpointRouteBuilder endpoints)
    {
        var inference = endpoints.MapGrpcService<InferenceRpcs>();
        inference.Add(static endpoint => endpoint.Metadata.Add(new RequiredRight(RpcRights.OfInference(endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()))));
        inference.Add(Wrap);
        endpoints.MapGrpcService<HealthRpcs>().RequireRight(Right.Probe).Add(Wrap);
    }

    // Charges the body of each call, and ends the call in good order.
    private static void Wrap(EndpointBuilder endpoint)
    {
        var answer = endpoint.RequestDelegate!;

        // An endpoint without a method answers that there is none, and reads nothing.
        var method = endpoint.Metadata.OfType<GrpcMethodMetadata>().LastOrDefault()?.Method;
        var type = method is null ? Empty.Descriptor : MessageReading.FindInput(method);
        endpoint.RequestDelegate = async context =>
        {
            using var account = context.RequestServices.GetRequiredService<BytesInFlight>().Open(model: "");
            context.Features.Set(account);
            var received = context.Request.BodyReader;
            using var body = new ChargedBody(context, account, type, isStream: method?.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming);
            context.Features.Set(body);
            context.Features.Set<IRequestBodyPipeFeature>(body);

            // The server's own limit is 30 MB unless set; the messages' limit holds instead.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            {
                size.MaxRequestBodySize = null;
            }

            await answer(context);
            await context.RequestServices.GetRequiredService<StoppingCalls>().EndAsync(context, received);
        };
    }
}
