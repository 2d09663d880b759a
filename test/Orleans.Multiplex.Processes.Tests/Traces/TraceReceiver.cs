using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Testing.Otlp;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Traces;

/// <summary>Takes traces by OTLP over HTTP, and keeps them in memory.</summary>
internal sealed class TraceReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private ImmutableList<ReceivedSpan> _spans = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TraceReceiver(WebApplication app)
    {
        _app = app;
        app.MapPost("/v1/traces", TakeAsync);
        app.MapFallback(static () => Results.Ok());
    }

    /// <summary>The settings by which an executable sends everything here, and soon.</summary>
    public IReadOnlyList<string> Settings =>
    [
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}",
        "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "--OTEL_TRACES_SAMPLER=always_on",
        "--OTEL_BSP_SCHEDULE_DELAY=100",
    ];

    /// <summary>All that came so far.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => Volatile.Read(ref _spans);

    public static async Task<TraceReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new TraceReceiver(builder.Build());
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>Waits, for a minute at most, until a trace has spans of all these names, and each span's parent too.</summary>
    /// <param name="traceId">The trace.</param>
    /// <param name="caller">The span of the caller, which nobody sends.</param>
    /// <param name="names">The names, each as often as it must be there.</param>
    public async Task<IReadOnlyList<ReceivedSpan>> WaitForAsync(string traceId, string caller, params IEnumerable<string> names)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            var more = Volatile.Read(ref _more).Task;
            var trace = Volatile.Read(ref _spans).FindAll(span => span.TraceId == traceId);
            List<string> missing = [.. names];
            trace.ForEach(span => missing.Remove(span.Name));
            var known = trace.Select(static span => span.Id).Append(caller).ToHashSet();
            var orphans = trace.FindAll(span => !known.Contains(span.ParentId));
            if (missing.Count == 0 && orphans.IsEmpty)
            {
                return trace;
            }

            try
            {
                await more.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException(
                    $"Missing: {string.Join(", ", missing)}. Without a parent: {string.Join(", ", orphans)}. There are:\n{string.Join('\n', trace)}");
            }
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var export = ExportTraceServiceRequest.Parser.ParseFrom(body.ToArray());
        var spans = from resource in export.ResourceSpans
                    from scope in resource.ScopeSpans
                    from span in scope.Spans
                    select new ReceivedSpan(resource.Resource, scope.Scope.Name, span);
        TaskCompletionSource told;
        lock (_lock)
        {
            _spans = _spans.AddRange(spans);
            told = _more;
            Volatile.Write(ref _more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
        return Results.Bytes([], "application/x-protobuf");
    }
}
