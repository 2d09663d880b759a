using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Dashboard;

namespace Orleans.Multiplex.Silo;

/// <summary>The silo's HTTP side: health and what it holds. Several silos on one machine each find a port.</summary>
internal static class HttpSide
{
    private const int PortsTried = 100;

    // Kestrel listens only after the silo has joined its cluster. Until then, and from then on, the UDP port of the same number tells other silos
    // of this machine that the port is taken; it is let go with the process.
    private static readonly List<Socket> Held = [];

    /// <summary>Listens on the first free loopback port, unless the settings name an endpoint (<c>Kestrel:Endpoints</c>, <c>urls</c>).</summary>
    public static void ListenOnFirstFreePort(this WebApplicationBuilder builder, int from)
    {
        if (builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren().Any() || builder.Configuration["urls"] is not null)
        {
            return;
        }

        var port = Enumerable.Range(from, PortsTried).FirstOrDefault(TryHold);
        builder.WebHost.UseUrls($"http://127.0.0.1:{(port == 0 ? from : port)}");
    }

    public static void SayWhereWhenStarted(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";
        var models = app.Services.GetRequiredService<IOptions<MultiplexOptions>>().Value.Models;
        var pages = app.Services.GetRequiredService<IOptions<MultiplexDashboardOptions>>().Value.Enabled ? $"{address}/dashboard in a browser, or " : "";
        Console.WriteLine($"The silo holds models of {models}. See {pages}{address}/multiplex/silos. Ctrl+C stops it.");
    });

    private static bool TryHold(int port)
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, port);
        var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
        try
        {
            datagrams.Bind(endpoint);
            using var stream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            stream.Bind(endpoint);
            Held.Add(datagrams);
            return true;
        }
        catch (SocketException)
        {
            datagrams.Dispose();
            return false;
        }
    }
}
