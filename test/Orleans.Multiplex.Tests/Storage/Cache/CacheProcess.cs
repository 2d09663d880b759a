using System.Diagnostics;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Tests.Storage.Cache;

/// <summary>Another process that uses a cache: this executable, started by a test, which reads what it says and tells it to go on.</summary>
internal sealed class CacheProcess : IDisposable
{
    /// <summary>The first argument of such a process.</summary>
    public const string Role = "--cache-process";

    /// <summary>The model that such a process fetches, and how long it is.</summary>
    public const int Length = 3_000_000;

    private readonly Process _process;

    private CacheProcess(Process process) => _process = process;

    /// <summary>Starts one that fetches a model, halts halfway (<c>half</c>), and after it holds it (<c>done</c>) until it is told to end.</summary>
    public static CacheProcess StartFetch(string root) => new(Start(Environment.ProcessPath!, [Role, "fetch", root]));

    /// <summary>Starts one that has the cache on a disk of eight megabytes, which is full soon.</summary>
    public static CacheProcess StartOnSmallDisk(string root) => new(Start(
        "unshare",
        ["--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=8000000 none \"$3\" && exec \"$0\" \"$@\"", Environment.ProcessPath!, Role, "fill", root]));

    /// <summary>The next line that it says; null when it has ended.</summary>
    public Task<string?> ReadAsync() => _process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().Soon();

    /// <summary>What it says to its end.</summary>
    public Task<string> ReadAllAsync() => _process.StandardOutput.ReadToEndAsync(CancellationToken.None).Soon();

    public void GoOn() => _process.StandardInput.WriteLine();

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).Soon();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>What such a process does.</summary>
    public static async Task<int> RunAsync(string scene, string root)
    {
        var store = new StoredFiles();
        await using var cache = new ArtifactCache(store, CacheFolder.Open(root), 1L << 30, TimeProvider.System, new RecordedLog());
        await (scene == "fetch" ? FetchAsync(cache, store) : FillAsync(cache, store));
        return 0;
    }

    private static async Task FetchAsync(ArtifactCache cache, StoredFiles store)
    {
        // The second half comes first, so that the file is as long as the whole by then.
        (store.IsBackwards, store.Halfway) = (true, async (_, _) => await HaltAsync("half"));
        using var lease = await cache.AcquireAsync(store.Put("m", Length), null, CancellationToken.None);
        await HaltAsync("done");
    }

    // Two of three megabytes fit; for the third the first goes; one of twelve never fits, and costs no other its place.
    private static async Task FillAsync(ArtifactCache cache, StoredFiles store)
    {
        ModelManifest[] models = [.. Enumerable.Range(0, 3).Select(i => store.Put($"m{i}", Length, i)), store.Put("large", 4 * Length)];
        foreach (var model in models.Append(models[1]).Append(models[2]))
        {
            try
            {
                using var lease = await cache.AcquireAsync(model, null, CancellationToken.None);
                var bytes = await File.ReadAllBytesAsync(lease.Artifact.GetPath("model.onnx"));
                await Console.Out.WriteLineAsync($"{model.Id} {bytes.AsSpan().SequenceEqual(store.Get(model))}");

                // Which is older is told by when they were kept, which is done behind who uses them.
                await lease.Artifact.Contents!.WhenKnown;
            }
            catch (NoCapacityException error)
            {
                await Console.Out.WriteLineAsync($"{model.Id} {error.IsPermanent} {error.Message}");
            }
        }

        await Console.Out.WriteLineAsync(string.Join(' ', store.Fetches));
    }

    private static async Task HaltAsync(string where)
    {
        await Console.Out.WriteLineAsync(where);
        await Console.In.ReadLineAsync();
    }

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
