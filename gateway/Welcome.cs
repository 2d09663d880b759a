using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Dashboard;

namespace Orleans.Multiplex.Gateway;

/// <summary>Tells a person at the console where the gateway listens and what to try.</summary>
internal static class Welcome
{
    public static void SayWhatToTryWhenStarted(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        // The server names its addresses in the order of its endpoints, and those are in the order of the settings.
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var byEndpoint = app.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint.Key).Zip(addresses)
            .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.OrdinalIgnoreCase);
        var http = byEndpoint.GetValueOrDefault("Http", "");
        var grpc = byEndpoint.GetValueOrDefault("Grpc", "");
        Console.WriteLine(Compose(
            http,
            grpc,
            GatewayRole.HoldsModels(app.Configuration),
            app.Services.GetRequiredService<IOptions<MultiplexOptions>>().Value,
            app.Services.GetRequiredService<IOptions<MultiplexDashboardOptions>>().Value.Enabled));
    });

    private static string Compose(string address, string grpc, bool holdsModels, MultiplexOptions options, bool hasDashboard) =>
        $$"""

        The gateway listens on {{address}}, and for gRPC on {{grpc}}.
        {{(holdsModels ? $"It holds the models of {options.Models} itself." : "It sends requests to the silos of its cluster, which hold the models.")}}

        Try:
          curl {{address}}/ -H 'serve_multiplexed_model_id: 1' \
            -d '{"inputs":[{"name":"x","datatype":"FP32","shape":[1,3],"data":[1,2,3]}]}'
          curl {{address}}/v2/models/1
          curl {{address}}/multiplex/silos
        or open in a browser:{{(hasDashboard ? $"\n  {address}/dashboard   what is where, what happens and why" : "")}}
          {{address}}/scalar      all calls, to read and to send

        Ctrl+C stops it.

        """;
}
