using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>Opening a resident model anew: reserved before it is opened, given back after the opening before is gone.</summary>
public sealed class SessionReopeningTests
{
    private static readonly ModelMemory Unpacked = new(10, 400);
    private static readonly ModelMemory Packed = new(300, 400);

    [Fact]
    public async Task Reopen_PaysAndThereIsRoom_ChargesBothWhileBothAreOpen()
    {
        using var silo = new TestSilo(maxBytes: 1000, maxMappedBytes: 1000);
        var (resident, session) = await LoadAsync(silo);

        session.Pays();

        await session.Reopening.Soon();
        Assert.Equal(310, silo.Quota.ChargedBytes);
        Assert.Equal(1, resident.Gate.Users);
        session.FirstEnded.SetResult();
        await UntilAsync(() => resident.Gate.Users == 0);
        Assert.Equal((300L, 400L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
        await silo.Log.WhenLogged("Opened model 'm' packed for speed; it takes 300B and 400B of mapped files now.");
    }

    [Fact]
    public async Task Reopen_NeedsRoom_EvictsOthersAndNeverItself()
    {
        using var silo = new TestSilo(maxBytes: 350, maxMappedBytes: 1000);
        var other = silo.Reside("other", 100);
        var (resident, session) = await LoadAsync(silo);

        session.Pays();

        await session.Reopening.Soon();
        await other.WhenGone.Soon();
        Assert.Equal((310L, ResidentState.Ready), (silo.Quota.ChargedBytes, resident.State));
    }

    [Theory]
    [InlineData(305, false)]
    [InlineData(350, true)]
    public async Task Reopen_NoRoom_LeavesTheModelAsItIsAndIsTriedAgainLaterWhereThatMayHelp(long maxBytes, bool mayHelp)
    {
        using var silo = new TestSilo(maxBytes: maxBytes, maxMappedBytes: 1000);
        using var inUse = TestSilo.Use(silo.Reside("in use", 100));
        var (resident, session) = await LoadAsync(silo);
        var watched = session.Watched;

        session.Pays();

        // Room is waited for for a moment, and it is tried again after a while where that may help.
        await UntilAsync(() =>
        {
            silo.Time.Advance(TimeSpan.FromMilliseconds(10));
            return silo.Log.Messages.Any(message => message.StartsWith("There is no room to open model 'm' packed for speed", StringComparison.Ordinal));
        });
        await UntilAsync(() => resident.Gate.Users == 0);
        Assert.Equal(watched, session.Watched);
        await UntilAsync(() =>
        {
            silo.Time.Advance(mayHelp ? TimeSpan.FromMinutes(1) : TimeSpan.Zero);
            return session.Watched == watched + (mayHelp ? 1 : 0);
        });
        Assert.False(session.Reopening.IsCompleted);
        Assert.Equal((110L, 400L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
        await silo.Log.WhenLogged("There is no room to open model 'm' packed for speed");
    }

    [Fact]
    public async Task Reopen_WhileAsMuchIsOpenedAsMayBe_WaitsForIt()
    {
        using var silo = new TestSilo(maxBytes: 1000, maxMappedBytes: 2000, load: new() { MaxParallel = 2, MaxBytesInProgress = new ByteSize(500) });
        var (resident, session) = await LoadAsync(silo);
        var opening = new Checkpoint();
        silo.Opener.Open = async (artifact, token) =>
        {
            await opening.PassAsync(token);
            return new TrackedModel(artifact.Id);
        };
        var other = silo.Enter("other");
        await opening.Reached;

        session.Pays();

        // Room for it is taken, and the second turn goes on to others.
        await UntilAsync(() => silo.Quota.ChargedBytes == 320);
        silo.Opener.Open = (artifact, _) => Task.FromResult<object>(new TrackedModel(artifact.Id));
        silo.Opener.Estimate = _ => new(0);
        silo.Opener.MappedBytes = 0;
        Assert.Null((await silo.LoadAsync("unknown")).Failure);
        Assert.False(session.Reopening.IsCompleted);
        opening.Open();
        Assert.Null((await other.WhenLoaded.Soon()).Failure);
        await session.Reopening.Soon();
        session.FirstEnded.SetResult();
        await UntilAsync(() => resident.Gate.Users == 0);
    }

    [Fact]
    public async Task Reopen_IsAdmittedWhileItOpens()
    {
        using var silo = new TestSilo(maxBytes: 1000, maxMappedBytes: 1000);
        var (_, session) = await LoadAsync(silo);
        var admission = new CancellationTokenSource();
        var admitted = 0;
        silo.Opener.Admit = artifact =>
        {
            admitted += artifact.Id == "m" ? 1 : 0;
            return admission;
        };

        session.Pays();

        await session.Reopening.Soon();
        await UntilAsync(() => IsDisposed(admission));
        Assert.Equal(1, admitted);
        session.FirstEnded.SetResult();

        static bool IsDisposed(CancellationTokenSource source)
        {
            try
            {
                _ = source.Token;
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Reopen_CannotBeOpened_LeavesTheModelAsItIs()
    {
        using var silo = new TestSilo(maxBytes: 1000, maxMappedBytes: 1000);
        var (resident, session) = await LoadAsync(silo);
        session.Fault = new ModelLoadFailedException("m", "its file is gone");

        session.Pays();

        await silo.Log.WhenLogged("Model 'm' cannot be opened packed for speed, and goes on as it is:");
        await UntilAsync(() => resident.Gate.Users == 0);
        Assert.Equal((10L, 400L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
    }

    [Fact]
    public async Task Unload_WhileItIsReopened_WaitsAndGivesEverythingBack()
    {
        using var silo = new TestSilo(maxBytes: 1000, maxMappedBytes: 1000);
        var (resident, session) = await LoadAsync(silo);
        session.Pays();
        await session.Reopening.Soon();

        var gone = silo.Evictions.EvictAsync(resident, EvictionReason.Operator);
        Assert.False(session.IsDisposed);
        session.FirstEnded.SetResult();

        await gone.Soon();
        Assert.True(session.IsDisposed);
        Assert.Equal((0L, 0L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
    }

    private static async Task<(Resident Resident, FakeSession Session)> LoadAsync(TestSilo silo)
    {
        var session = new FakeSession();
        silo.Opener.Estimate = _ => new(Unpacked.HeapBytes);
        silo.Opener.MappedBytes = Unpacked.MappedBytes;
        silo.Opener.Open = (_, _) => Task.FromResult<object>(session);
        await silo.LoadAsync("m");
        await UntilAsync(() => session.Watched == 1);
        return (silo.Ledger.Snapshot().Single(resident => resident.Key.ModelId == "m"), session);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class FakeSession : IReopenableSession
    {
        private readonly TaskCompletionSource _reopening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action? _pays;
        private int _watched;

        public TaskCompletionSource FirstEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reopening => _reopening.Task;

        public Exception? Fault { get; set; }

        public int Watched => Volatile.Read(ref _watched);

        public bool IsDisposed { get; private set; }

        public ModelSignature Signature { get; } = new("fake", [], []);

        public Reopening? Next { get; set; } = new("packed", Packed, IsOfSameFile: true);

        public void Pays() => _pays!();

        public void WhenReopeningPays(Action pays)
        {
            _pays = pays;
            Interlocked.Increment(ref _watched);
        }

        public Task ReopenAsync(CancellationToken cancellationToken)
        {
            _reopening.TrySetResult();
            return Fault is null ? FirstEnded.Task : throw Fault;
        }

        public void Check(InferenceRequest request) => throw new NotSupportedException();

        public RunResult Run(InferenceRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose() => IsDisposed = true;
    }
}
