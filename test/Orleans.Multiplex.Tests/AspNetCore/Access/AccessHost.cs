using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>All endpoints, HTTP and gRPC, on one server that speaks HTTP/2, over a fake client that notes the models it is asked for.</summary>
internal sealed class AccessHost : IAsyncDisposable
{
    private const string Other = "team-b/wine";

    private readonly HttpHost _host;

    private AccessHost(HttpHost host, ConcurrentQueue<string> asked) => (_host, Asked) = (host, asked);

    public HttpHost Host => _host;

    /// <summary>The models that the client was asked for.</summary>
    public ConcurrentQueue<string> Asked { get; }

    /// <summary>Sets a key whose text is <c>key-</c> and its name.</summary>
    public static void SetKey(IDictionary<string, string?> settings, string name, string rights, string? prefix = null)
    {
        settings[$"Multiplex:ApiKeys:{name}:Hash"] = HashOf($"key-{name}");
        settings[$"Multiplex:ApiKeys:{name}:Rights"] = rights;
        if (prefix is not null)
        {
            settings[$"Multiplex:ApiKeys:{name}:ModelPrefix"] = prefix;
        }
    }

    public static string HashOf(string key) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    public static async Task<AccessHost> StartAsync(Action<IDictionary<string, string?>>? settings = null)
    {
        var asked = new ConcurrentQueue<string>();
        var fake = new FakeMultiplexClient
        {
            OnInfer = (model, inputs, _, _) =>
            {
                asked.Enqueue(model);
                return Task.FromResult(FakeMultiplexClient.Answer(inputs));
            },
            OnDescribe = model =>
            {
                asked.Enqueue(model);
                return FakeMultiplexClient.Describe(model);
            },
            OnGetModel = model =>
            {
                asked.Enqueue(model);
                return FakeMultiplexClient.Report(model);
            },
            OnControl = (_, model) =>
            {
                asked.Enqueue(model);
                return Task.CompletedTask;
            },
            OnGetStatistics = model =>
            {
                asked.Enqueue(model ?? "");
                return [.. new[] { EndpointTable.Model, Other }.Where(one => (model ?? one) == one).Select(static one => new ModelStatistics { Model = one, Version = 3 })];
            },
            OnGetIndex = static (after, _, _) => after is null
                ? new([new(EndpointTable.Model, 3, ModelIndexState.Ready, ""), new(Other, null, null, "")], Other)
                : new([], null),
            OnGetEvents = static (_, _, _) => Task.FromResult(new ClusterEventPage
            {
                Events = [EventOf(EndpointTable.Model), EventOf(Other)],
                Position = "p1",
                HasMore = false,
            }),
            Pins = [new(EndpointTable.Model, PinOrigin.Operator, "silo-1"), new(Other, PinOrigin.Operator, null)],
            Quarantine = [new(EndpointTable.Model, 3, "silo-1", default, "ended"), new(Other, 1, "silo-1", default, "ended")],
            OnGetSilos = static () => Task.FromResult<System.Collections.Immutable.ImmutableArray<SiloResidency>>([Silo]),
            OnGetGrain = static () => new Grain(),
        };
        return new(await HttpHost.StartAsync(fake, settings, MapWithMetrics, protocols: HttpProtocols.Http2, build: static builder => builder.AddMultiplexTelemetry()), asked);
    }

    private static ClusterEvent EventOf(string model) =>
        new() { Silo = "silo-1", Sequence = 1, At = default, Kind = ClusterEventKind.Evicted, Model = model, For = EndpointTable.Model, Message = $"Evicted '{model}': '{EndpointTable.Model}' needed room." };

    /// <summary>Sends the endpoint's request; says how it went.</summary>
    public async Task<(Outcome Outcome, string Answer)> SendAsync(AnEndpoint endpoint, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(endpoint.Verb, new Uri(_host.Address, endpoint.Path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = endpoint.Message is { } message ? Frame(message) : endpoint.Body is { } body ? new StringContent(body) : null,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (endpoint.IsRpc)
        {
            request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
            request.Headers.TryAddWithoutValidation("triton_grpc_error", "true"); // a stream's errors as its status
        }

        if (endpoint.NamesModelInHeader)
        {
            request.Headers.TryAddWithoutValidation("serve_multiplexed_model_id", EndpointTable.Model);
        }

        using var response = await _host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, HttpHost.Cancellation);
        var answer = endpoint.IsEndless ? "" : Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(HttpHost.Cancellation));
        var outcome = endpoint.IsRpc && response.StatusCode == HttpStatusCode.OK ? OfRpc(response, endpoint) : OfHttp(response, endpoint);
        return (outcome, answer);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static SiloResidency Silo
    {
        get
        {
            var silo = FakeMultiplexClient.Silo();
            return silo with
            {
                Pools = [silo.Pools[0] with { Models = [FakeMultiplexClient.Resident(EndpointTable.Model), FakeMultiplexClient.Resident(Other)] }],
            };
        }
    }

    /// <summary>Maps all that there is to map.</summary>
    public static void Map(WebApplication app)
    {
        app.MapMultiplex();
        app.MapMultiplexOpenApi();
        app.MapMultiplexed<IGrainWithStringKey, object, string>("/greet", static (_, _, _) => Task.FromResult("hello"));
        app.MapMultiplexFallback();
    }

    private static void MapWithMetrics(WebApplication app)
    {
        app.MapMultiplexMetrics();
        Map(app);
    }

    private static ByteArrayContent Frame(IMessage message)
    {
        var bytes = message.ToByteArray();
        var frame = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), bytes.Length);
        bytes.CopyTo(frame, 5);
        return new ByteArrayContent(frame) { Headers = { ContentType = new("application/grpc") } };
    }

    private static Outcome OfHttp(HttpResponseMessage response, AnEndpoint endpoint) => response.StatusCode switch
    {
        HttpStatusCode.OK when !endpoint.IsRpc => Outcome.Answered,
        HttpStatusCode.Unauthorized when response.Headers.WwwAuthenticate.ToString() == "Bearer" => Outcome.Unauthenticated,
        HttpStatusCode.Forbidden => Outcome.Forbidden,
        _ => Outcome.Odd,
    };

    private static Outcome OfRpc(HttpResponseMessage response, AnEndpoint endpoint)
    {
        var status = response.Headers.TryGetValues("grpc-status", out var early) || response.TrailingHeaders.TryGetValues("grpc-status", out early)
            ? early.Single()
            : "";
        return status switch
        {
            "" when endpoint.IsEndless => Outcome.Answered,
            "0" when !endpoint.IsNothing => Outcome.Answered,
            "12" => Outcome.NotThere,
            "16" => Outcome.Unauthenticated,
            "7" => Outcome.Forbidden,
            _ => Outcome.Odd,
        };
    }

    private sealed class Grain : IGrainWithStringKey;
}
