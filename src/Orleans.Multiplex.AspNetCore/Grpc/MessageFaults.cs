using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// Binds the services as their generated code does, except that a message that is no protobuf is a fault of the request. gRPC itself would
/// answer UNKNOWN and log an error; where messages are read, nothing but the method's own reader can say otherwise.
/// </summary>
/// <param name="binder">Takes the methods.</param>
internal sealed class MessageFaults(ServiceBinderBase binder) : ServiceBinderBase
{
    /// <summary>Binds the inference service.</summary>
    public static void BindInference(ServiceBinderBase binder, GRPCInferenceService.GRPCInferenceServiceBase service) =>
        GRPCInferenceService.BindService(new MessageFaults(binder), service);

    /// <summary>Binds the health service.</summary>
    public static void BindHealth(ServiceBinderBase binder, Health.HealthBase service) => Health.BindService(new MessageFaults(binder), service);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Tell(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Tell(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Tell(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Tell(method), handler);

    private static Method<TRequest, TResponse> Tell<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var read = method.RequestMarshaller.ContextualDeserializer;
        return new Method<TRequest, TResponse>(
            method.Type,
            method.ServiceName,
            method.Name,
            Marshallers.Create(
                method.RequestMarshaller.ContextualSerializer,
                context =>
                {
                    try
                    {
                        return read(context);
                    }
                    catch (InvalidProtocolBufferException error)
                    {
                        throw new RpcException(new Status(StatusCode.InvalidArgument, $"The message is not what {method.FullName} takes: {error.Message}"));
                    }
                }),
            method.ResponseMarshaller);
    }
}
