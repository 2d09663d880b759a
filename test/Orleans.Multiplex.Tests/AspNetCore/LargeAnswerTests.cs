using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Control;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Answers of some megabytes: they go out while they are written.</summary>
public sealed class LargeAnswerTests
{
    private const int Models = 10_000;

    [Fact]
    public Task Statistics_GoOutInParts() => CheckAsync(static context => JsonBody.WriteAsync(context, 200, static (json, flush) =>
        StatisticsJson.WriteAsync(json, Enumerable.Range(0, Models).Select(static i => new ModelStatistics { Model = $"m{i}", Version = 3 }), flush)));

    [Fact]
    public Task Silos_GoOutInParts()
    {
        var silo = FakeMultiplexClient.Silo();
        ImmutableArray<ResidentModel> models = [.. Enumerable.Range(0, Models).Select(static i => FakeMultiplexClient.Resident($"m{i}"))];
        silo = silo with { Pools = [silo.Pools[0] with { Models = models }] };
        return CheckAsync(context => JsonBody.WriteAsync(context, 200, (json, flush) => ResidencyJson.WriteAsync(json, [silo], static _ => true, flush)));
    }

    [Fact]
    public Task Index_GoesOutInParts()
    {
        ImmutableArray<ModelIndexEntry> entries = [.. Enumerable.Range(0, 1000).Select(static i => new ModelIndexEntry($"model-{i:000000000000}", 1, ModelIndexState.Ready, ""))];
        var fake = new FakeMultiplexClient { OnGetIndex = (after, _, _) => new(entries, after is { Length: 9 } ? null : $"{after}x") };
        var http = Options.Create(new MultiplexHttpOptions());
        var endpoint = new RepositoryEndpoint(fake, new IndexReader(fake), new BytesInFlight(http), http);
        return CheckAsync(context => endpoint.ListAsync(context, limit: null, after: null));
    }

    // The writer waits whenever something is on its way.
    private static async Task CheckAsync(Func<HttpContext, Task> write)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        await using var host = await HttpHost.StartAsync();
        var context = new DefaultHttpContext { RequestServices = host.Services };
        context.Features.Set(AccessGrant.Everything);
        context.Features.Set<IHttpResponseBodyFeature>(new PipeBody(pipe.Writer));
        var writing = WriteAsync();
        var most = 0L;
        var all = new MemoryStream();
        for (var read = default(ReadResult); !read.IsCompleted; pipe.Reader.AdvanceTo(read.Buffer.End))
        {
            read = await pipe.Reader.ReadAsync(HttpHost.Cancellation);
            most = Math.Max(most, read.Buffer.Length);
            foreach (var part in read.Buffer)
            {
                all.Write(part.Span);
            }
        }

        await writing;
        Assert.InRange(all.Length, 500_000, long.MaxValue);
        Assert.InRange(most, 1, 200_000);
        Assert.NotEqual(JsonValueKind.Undefined, JsonDocument.Parse(all.ToArray()).RootElement.ValueKind);

        async Task WriteAsync()
        {
            await write(context);
            await pipe.Writer.CompleteAsync();
        }
    }

    private sealed class PipeBody(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => Writer.AsStream();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
