using System.Net;
using System.Net.Sockets;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Benchmarks.Serving.Servers;

/// <summary>Everybody who may watch a gateway: Prometheus, a collector that takes OTLP, a reader of the events, and a page of the dashboard, which asks for the silos each second and for their history every five.</summary>
internal sealed class Watchers : IAsyncDisposable
{
    private static readonly TimeSpan PageEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ScrapeEvery = TimeSpan.FromSeconds(5);

    // At first they are in a hurry, while the servers settle: what asks once in seconds would else have the server compile the code for it for minutes.
    private static readonly TimeSpan HurriedEvery = TimeSpan.FromSeconds(0.3);
    private const int Hurried = 100;

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpListener _collector = new();
    private readonly List<Task> _tasks = [];

    public Watchers()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Collector = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        free.Stop();
        _collector.Prefixes.Add(Collector.AbsoluteUri);
        _collector.Start();
        _tasks.Add(TakeAsync());
    }

    /// <summary>Where the collector takes spans and metrics.</summary>
    public Uri Collector { get; }

    /// <summary>Begins to watch.</summary>
    public void Watch(HostProcess gateway)
    {
        _tasks.Add(AskAsync(gateway, "/metrics", ScrapeEvery));
        _tasks.Add(AskAsync(gateway, "/multiplex/history", ScrapeEvery));
        _tasks.Add(AskAsync(gateway, "/multiplex/silos", PageEvery));
        _tasks.Add(FollowAsync(gateway));
    }

    /// <summary>Ends them.</summary>
    /// <exception cref="InvalidOperationException">One of them had ended before, so what was measured was not watched as it should have been.</exception>
    public async ValueTask DisposeAsync()
    {
        var ended = _tasks.FirstOrDefault(static task => task.IsCompleted);
        await _stop.CancelAsync();
        _collector.Stop();
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _collector.Close();
        _stop.Dispose();
        if (ended is not null)
        {
            throw new InvalidOperationException("One who watches ended while it was measured.", ended.Exception);
        }
    }

    private async Task AskAsync(HostProcess gateway, string path, TimeSpan every)
    {
        using var http = gateway.CreateClient();
        using var timer = new PeriodicTimer(HurriedEvery);
        for (var asked = 0; await timer.WaitForNextTickAsync(_stop.Token); asked++)
        {
            if (asked == Hurried)
            {
                timer.Period = every;
            }

            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), _stop.Token);
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task FollowAsync(HostProcess gateway)
    {
        using var http = gateway.CreateClient();
        await using var events = await http.GetStreamAsync(new Uri("/multiplex/events", UriKind.Relative), _stop.Token);
        await events.CopyToAsync(Stream.Null, _stop.Token);
    }

    private async Task TakeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var context = await _collector.GetContextAsync();
            await context.Request.InputStream.CopyToAsync(Stream.Null, _stop.Token);
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }
}
