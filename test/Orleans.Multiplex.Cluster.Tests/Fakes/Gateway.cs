using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Testing.OpenInference;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>The HTTP and gRPC endpoints on a real server, in front of a cluster, and clients of them.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private Gateway(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address)).ToList();
        Http = new HttpClient { BaseAddress = addresses[0] };
        _channel = GrpcChannel.ForAddress(addresses[1]);
        Inference = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
    }

    public HttpClient Http { get; }

    public GRPCInferenceService.GRPCInferenceServiceClient Inference { get; }

    /// <param name="grains">How it reaches the models: a silo's own factory, where calls share memory with the silo, or a client's.</param>
    /// <param name="local">The models of the silo in the gateway's own process; null for a gateway that has none.</param>
    /// <param name="inputs">Where the memory of inputs comes from; null for a pool of its own.</param>
    public static async Task<Gateway> StartAsync(IGrainFactory grains, ILocalModels? local = null, InputPool? inputs = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http1);
            server.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(grains);
        if (local is not null)
        {
            builder.Services.AddSingleton(local);
        }

        if (inputs is not null)
        {
            builder.Services.AddSingleton(inputs);
        }

        builder.Services.AddMultiplexHttp(builder.Configuration);
        var app = builder.Build();
        app.MapMultiplex();
        await app.StartAsync(Waiting.Token);
        return new Gateway(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _app.DisposeAsync();
    }
}
