using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Bodies;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>The endpoints on a real server at a free port, over a fake client, and a real HTTP client to call them.</summary>
internal sealed class HttpHost : IAsyncDisposable
{
    /// <summary>The header by which a test has its connection look as if it came from another address.</summary>
    public const string RemoteAddressHeader = "Test-Remote-Address";

    private readonly WebApplication _app;

    private HttpHost(WebApplication app, FakeMultiplexClient fake, LogRecorder log)
    {
        _app = app;
        Fake = fake;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = Address };
    }

    public FakeMultiplexClient Fake { get; }

    public LogRecorder Log { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    /// <summary>All that the server answers at.</summary>
    public IEnumerable<RouteEndpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    public IServiceProvider Services => _app.Services;

    public BytesInFlight InFlight => _app.Services.GetRequiredService<BytesInFlight>();

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<HttpHost> StartAsync(
        FakeMultiplexClient? fake = null,
        Action<IDictionary<string, string?>>? settings = null,
        Action<WebApplication>? map = null,
        TimeProvider? time = null,
        string environment = "Production",
        HttpProtocols? protocols = null,
        LogLevel logged = LogLevel.Debug,
        Action<WebApplicationBuilder>? build = null)
    {
        fake ??= new FakeMultiplexClient();
        var log = new LogRecorder();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        var values = new Dictionary<string, string?>();
        settings?.Invoke(values);
        foreach (var (key, value) in values)
        {
            builder.Configuration[key] = value;
        }

        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (protocols is { } spoken)
        {
            builder.WebHost.ConfigureKestrel(server => server.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = spoken));
        }

        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(logged);
        builder.Services.AddSingleton<IMultiplexClient>(fake);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddMultiplexHttp(builder.Configuration);
        build?.Invoke(builder);
        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Request.Headers[RemoteAddressHeader] is [{ } address])
            {
                context.Connection.RemoteIpAddress = address == "none" ? null : IPAddress.Parse(address);
            }

            return next(context);
        });
        (map ?? (static app => app.MapMultiplex()))(app);
        await app.StartAsync(Cancellation);
        return new HttpHost(app, fake, log);
    }

    public async Task<Reply> SendAsync(HttpMethod method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request, Cancellation);
        return await Reply.ReadAsync(response);
    }

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Reply> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Reply> InferAsync(string body) => PostAsync("/v2/models/iris/infer", body);

    /// <summary>Sends bytes as they are, which an HTTP client would not let through, and returns the status of the answer.</summary>
    public async Task<int> SendRawAsync(string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, Address.Port, Cancellation);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancellation);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        var status = await reader.ReadLineAsync(Cancellation);
        return int.Parse(status!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Sends bytes write by write, each on its way at once, and returns all that comes back until the server closes the connection.</summary>
    public async Task<byte[]> ExchangeAsync(params IEnumerable<ReadOnlyMemory<byte>> writes)
    {
        using var connection = new TcpClient { NoDelay = true };
        await connection.ConnectAsync(IPAddress.Loopback, Address.Port, Cancellation);
        await using var stream = connection.GetStream();
        foreach (var write in writes)
        {
            await stream.WriteAsync(write, Cancellation);
        }

        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Cancellation);
        return answer.ToArray();
    }

    public Task StopAsync() => _app.StopAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
