using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage;

/// <summary>Lists of large folders, and of folders that cannot be read.</summary>
public sealed class FolderListTests : IDisposable
{
    private const string Onnx = "model.onnx";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly Dictionary<string, Func<Exception>> _failing = [];
    private readonly FolderModelStore _store;
    private int _rootReads;

    public FolderListTests() => _store = new FolderModelStore(_folder.Path, new FolderNames(_time, Read), _log);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_LargeFolderInParts_ReadsItsNamesOnceInALifeAndIsTheWholeList()
    {
        string[] models = [.. Enumerable.Range(0, FolderNames.LeastKept).Select(static i => $"m{i}")];
        Put(models);
        var seen = new List<string>();
        for (var part = await ListAsync(null, 10); part.Count > 0; part = await ListAsync(part[^1].Id, 10))
        {
            seen.AddRange(part.Select(static model => model.Id));
        }

        Assert.Equal(models.Order(StringComparer.Ordinal), seen);
        Assert.Equal(1, _rootReads);

        // What has come meanwhile is served at once, and listed when the names have been read again.
        Put("new");
        Assert.NotNull(await _store.FindAsync(ModelKey.Parse("new"), Onnx, TestContext.Current.CancellationToken));
        Assert.Equal(models.Length, (await ListAsync(null, 1000)).Count);
        _time.Advance(FolderNames.Life);
        Assert.Equal(models.Length + 1, (await ListAsync(null, 1000)).Count);
        Assert.Equal(2, _rootReads);
    }

    [Fact]
    public async Task List_SmallFolder_IsReadEachTime()
    {
        Put("a");
        Assert.Single(await ListAsync(null, 10));

        Put("b");

        Assert.Equal(2, (await ListAsync(null, 10)).Count);
    }

    [Fact]
    public async Task List_FoldersThatCannotBeReadOrVanish_AreLeftOutAndWarnedOfOnce()
    {
        Put("a", "denied", "denied/below", "gone", "io", "team/bad", "z");
        Fail("denied", static () => new UnauthorizedAccessException("no"));
        Fail("io", static () => new IOException("bad disk"));
        Fail("team/bad", static () => new IOException("bad disk"));
        Fail("gone", static () => new DirectoryNotFoundException());

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["a", "z"], (await ListAsync(null, 10)).Select(static model => model.Id));
        }

        var warnings = _log.Entries.Where(static entry => entry.Level == LogLevel.Warning).Select(static entry => entry.Message).ToList();
        Assert.Equal(3, warnings.Count);
        Assert.Contains("Left 'denied' out of the list of models: it cannot be read (no).", warnings);
    }

    [Fact]
    public async Task List_AThousandFoldersThatCannotBeRead_DoNotFloodTheLog()
    {
        string[] models = [.. Enumerable.Range(0, 1000).Select(static i => $"m{i}")];
        Put(models);
        Array.ForEach(models, model => Fail(model, static () => new UnauthorizedAccessException()));

        Assert.Empty(await ListAsync(null, 10));

        Assert.Equal(100, _log.Entries.Count(static entry => entry.Level == LogLevel.Warning));
    }

    [Fact]
    public async Task List_RootCannotBeRead_IsUnavailable()
    {
        Put("a");
        Fail("", static () => new UnauthorizedAccessException());

        await Assert.ThrowsAsync<StoreUnavailableException>(() => ListAsync(null, 10));
    }

    private IEnumerable<string> Read(string folder)
    {
        _rootReads += folder == _folder.Path ? 1 : 0;
        return _failing.TryGetValue(folder, out var error) ? throw error() : Directory.EnumerateDirectories(folder);
    }

    private void Fail(string model, Func<Exception> error) => _failing[model.Length == 0 ? _folder.Path : Path.Combine(_folder.Path, model)] = error;

    private async Task<IReadOnlyList<ModelListing>> ListAsync(string? after, int limit) =>
        await _store.ListAsync(after, limit, Onnx, TestContext.Current.CancellationToken);

    private void Put(params string[] models)
    {
        foreach (var model in models)
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, model)).FullName, Onnx), "");
        }
    }
}
