using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Errors;
using Xunit;
using RpcMetadata = Grpc.Core.Metadata;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>Calls of all four kinds end alike.</summary>
public sealed class RpcErrorBoundaryTests : IDisposable
{
    private readonly LogRecorder _log = new();
    private readonly ServiceProvider _services;
    private readonly RpcErrorBoundary _boundary;

    public RpcErrorBoundaryTests()
    {
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IHostEnvironment>(new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { EnvironmentName = "Production" })
            .AddSingleton<RpcErrorBoundary>()
            .BuildServiceProvider();
        _boundary = _services.GetRequiredService<RpcErrorBoundary>();
    }

    public static TheoryData<string> Kinds => ["unary", "client stream", "server stream", "duplex stream"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Call_OfEachKind_IsLoggedAndItsErrorsAreMapped(string kind)
    {
        await CallAsync(kind, static () => Task.CompletedTask);
        Assert.Equal(2000, (await _log.NextAsync(2000)).EventId);
        Assert.Contains("answered OK", (await _log.NextAsync(2004)).Message, StringComparison.Ordinal);

        var known = await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, static () => throw new ModelNotFoundException("iris", "none")));
        Assert.Equal(StatusCode.NotFound, known.StatusCode);

        var status = await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, static () => throw new RpcException(new Status(StatusCode.Unimplemented, "not here"))));
        Assert.Equal((StatusCode.Unimplemented, "not here"), (status.StatusCode, status.Status.Detail));

        var unexpected = await Assert.ThrowsAsync<RpcException>(() => CallAsync(kind, static () => throw new InvalidOperationException("secret")));
        Assert.Equal(StatusCode.Internal, unexpected.StatusCode);
        Assert.DoesNotContain("secret", unexpected.Status.Detail, StringComparison.Ordinal);
        Assert.Single(_log.Entries, static entry => entry.EventId == 2003);
    }

    public void Dispose()
    {
        _services.Dispose();
        _log.Dispose();
    }

    private Task CallAsync(string kind, Func<Task> answer)
    {
        var call = new Call();
        return kind switch
        {
            "unary" => _boundary.UnaryServerHandler<string, string>("", call, async (_, _) => await TextAsync()),
            "client stream" => _boundary.ClientStreamingServerHandler<string, string>(null!, call, async (_, _) => await TextAsync()),
            "server stream" => _boundary.ServerStreamingServerHandler<string, string>("", null!, call, async (_, _, _) => await answer()),
            _ => _boundary.DuplexStreamingServerHandler<string, string>(null!, null!, call, async (_, _, _) => await answer()),
        };

        async Task<string> TextAsync()
        {
            await answer();
            return "";
        }
    }

    private sealed class Call : ServerCallContext
    {
        public Call() => UserState["__HttpContext"] = new DefaultHttpContext();

        protected override string MethodCore => "/a.Service/Call";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override RpcMetadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => TestContext.Current.CancellationToken;

        protected override RpcMetadata ResponseTrailersCore => [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new(null, []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(RpcMetadata responseHeaders) => Task.CompletedTask;
    }
}
