using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Hosting;
using Orleans.Multiplex.AspNetCore.OpenInference;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The standard health service: the server as a whole (<c>""</c>) and the inference service serve while requests can be answered.</summary>
[BindServiceMethod(typeof(MessageReading), nameof(MessageReading.BindHealth))]
internal sealed class HealthRpcs(ReadinessProbe probe, TimeProvider time, IHostApplicationLifetime lifetime) : Health.HealthBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        IsKnown(request.Service)
            ? await AskAsync(context.CancellationToken)
            : throw new RpcException(new Status(StatusCode.NotFound, "There is no such service here."));

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        if (!IsKnown(request.Service))
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.ServiceUnknown }, context.CancellationToken);
            return;
        }

        // A watch ends with the server; it would hold up the stop.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(WatchInterval, time);
        var told = ServingStatus.Unknown;
        try
        {
            do
            {
                var now = await AskAsync(end.Token);
                if (now.Status != told)
                {
                    await responseStream.WriteAsync(now, end.Token);
                    told = now.Status;
                }
            }
            while (await timer.WaitForNextTickAsync(end.Token));
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }, context.CancellationToken);
        }
    }

    private static bool IsKnown(string service) => service is "" or "inference.GRPCInferenceService";

    private async Task<HealthCheckResponse> AskAsync(CancellationToken cancellationToken) => new()
    {
        Status = await probe.FindFaultAsync(cancellationToken) is null ? ServingStatus.Serving : ServingStatus.NotServing,
    };
}
