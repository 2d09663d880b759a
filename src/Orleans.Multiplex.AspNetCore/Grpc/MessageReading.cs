using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Health.V1;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// Binds the services as their generated code does, but for the reading of messages. One that is no protobuf is a fault of the request,
/// where gRPC itself would answer UNKNOWN and log an error; and what a message has beyond the protocol is not kept.
/// </summary>
/// <param name="binder">Takes the methods.</param>
internal sealed class MessageReading(ServiceBinderBase binder) : ServiceBinderBase
{
    /// <summary>Binds the inference service.</summary>
    public static void BindInference(ServiceBinderBase binder, GRPCInferenceService.GRPCInferenceServiceBase service) =>
        GRPCInferenceService.BindService(new MessageReading(binder), service);

    /// <summary>Binds the health service.</summary>
    public static void BindHealth(ServiceBinderBase binder, Health.HealthBase service) => Health.BindService(new MessageReading(binder), service);

    /// <summary>The type of the messages that a method of one of these services takes.</summary>
    public static MessageDescriptor FindInput(IMethod method) =>
        new[] { GRPCInferenceService.Descriptor, Health.Descriptor }.Single(service => service.FullName == method.ServiceName).FindMethodByName(method.Name).InputType;

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Change(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Change(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Change(method), handler);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        binder.AddMethod(Change(method), handler);

    private static Method<TRequest, TResponse> Change<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var parser = FindInput(method).Parser.WithDiscardUnknownFields(true);
        return new Method<TRequest, TResponse>(
            method.Type,
            method.ServiceName,
            method.Name,
            Marshallers.Create(method.RequestMarshaller.ContextualSerializer, context => (TRequest)Read(parser, method.FullName, context)),
            method.ResponseMarshaller);
    }

    private static IMessage Read(MessageParser parser, string method, DeserializationContext context)
    {
        try
        {
            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"The message is not what {method} takes: {error.Message}"));
        }
    }
}
