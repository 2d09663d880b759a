using System.Collections.Concurrent;
using Orleans.Configuration;
using Orleans.Multiplex.Cluster.Tests.Control;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Grains.Copies;

namespace Orleans.Multiplex.Cluster.Tests.Copies;

/// <summary>A cluster whose models take a while for each run, and callers that ask one of them, <c>hot</c>, again and again.</summary>
internal sealed class HotModel : IAsyncDisposable
{
    /// <summary>The model with its version, as silos report it.</summary>
    public const string Name = "hot@1";

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Waiting.Token);
    private readonly List<Task> _callers = [];

    private HotModel(ModelFolder folder, FakeBackend engine, StoreCluster cluster) => (Folder, Engine, Cluster) = (folder, engine, cluster);

    public ModelFolder Folder { get; }

    public StoreCluster Cluster { get; }

    public FakeBackend Engine { get; }

    /// <summary>The answers, in the order in which they came.</summary>
    public ConcurrentQueue<InferenceResponse> Answers { get; } = [];

    /// <summary>How many loads have begun.</summary>
    public int Loads => Cluster.Inner.Log.All.Count(static line => line.Contains("Loading model 'hot", StringComparison.Ordinal));

    /// <summary>The indexes of the silos that have the model ready.</summary>
    public IEnumerable<int> Silos => Enumerable.Range(0, Cluster.Inner.Silos.Count)
        .Where(silo => Cluster.Inner.Residents(silo).Any(static one => one.Key.ModelId == "hot" && one.State == ResidentState.Ready));

    /// <summary>The silo that has the model's grain; −1 while none has.</summary>
    public int First => Enumerable.Range(0, Cluster.Inner.Silos.Count)
        .Where(silo => Cluster.Inner.Residents(silo).Any(static one => one.Key.ModelId == "hot" && one.Holders.Any(static holder => holder is ModelAttachment)))
        .DefaultIfEmpty(-1)
        .First();

    /// <param name="silos">How many silos; each has two inference threads.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <param name="settings">The model's own settings; null for none.</param>
    public static async Task<HotModel> StartAsync(int silos = 3, Action<MultiplexOptions>? configure = null, string? settings = null)
    {
        var folder = new ModelFolder();
        folder.Add("hot/1");
        folder.Add("other");
        if (settings is not null)
        {
            folder.Add("hot/1", "model.json", settings);
        }

#pragma warning disable RS0030 // A run holds its thread, and these take long enough for a copy to be worth it.
        var engine = new FakeBackend { OnRun = static (_, _) => Thread.Sleep(20) };
#pragma warning restore RS0030
        return new HotModel(folder, engine, await StoreCluster.StartAsync(
            folder,
            silos,
            engine: engine,
            configure: options =>
            {
                options.Execution.Threads = 2;
                options.Versions.RefreshInterval = TimeSpan.FromMilliseconds(500);
                configure?.Invoke(options);
            },

            // A client outside learns of a silo that was killed only by this.
            configureClient: static client => client.AttemptTimeout = TimeSpan.FromSeconds(3)));
    }

    /// <summary>The same with the model on two silos, one of which has its grain.</summary>
    public static async Task<HotModel> StartWithCopyAsync(int silos = 2)
    {
        var hot = await StartAsync(silos, configure: static options => options.Copies["hot"] = new CopyOptions { MinCopies = 2, MaxCopies = 2 });
        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);
        return hot;
    }

    public Task<InferenceResponse> AskAsync(string model = "hot") => Cluster.Sdk.InferAsync(model, [], cancellationToken: Waiting.Token).Soon();

    /// <summary>Begins to ask for it, always so many at once.</summary>
    public void Heat(int callers = 32)
    {
        for (var i = 0; i < callers; i++)
        {
            _callers.Add(Task.Run(AskOnAndOnAsync, Waiting.Token));
        }
    }

    /// <summary>Ends that. A call that failed fails here.</summary>
    public async Task CoolAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers).Soon();
        _callers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_callers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await Cluster.DisposeAsync();
        Folder.Dispose();
    }

    private async Task AskOnAndOnAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Answers.Enqueue(await Cluster.Sdk.InferAsync("hot", [], cancellationToken: Waiting.Token));
        }
    }
}
