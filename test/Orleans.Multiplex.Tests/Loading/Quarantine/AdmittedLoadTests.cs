using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Quarantine;

/// <summary>A load lets its model in before it opens it, and says when that has ended.</summary>
public sealed class AdmittedLoadTests : IDisposable
{
    private readonly TestSilo _silo = new();
    private readonly Admission _admission = new();

    public AdmittedLoadTests() => _silo.Opener.Admit = _ => _admission;

    public void Dispose()
    {
        _silo.Dispose();
        _admission.Dispose();
    }

    [Fact]
    public async Task Load_IsAdmittedWhileItOpens()
    {
        var wasAdmitted = false;
        _silo.Opener.Open = (artifact, _) =>
        {
            wasAdmitted = _admission is { HasEnded: false };
            return Task.FromResult<object>(new TrackedModel(artifact.Id, _silo.Opener.Events));
        };

        Assert.Null((await _silo.LoadAsync("m")).Failure);

        Assert.True(wasAdmitted);
        Assert.True(_admission.HasEnded);
    }

    [Fact]
    public async Task Load_ThatFails_HasEnded()
    {
        _silo.Opener.Open = (_, _) => throw new InvalidOperationException("broken");

        Assert.Equal(LoadFailureKind.Broken, (await _silo.LoadAsync("m")).Failure);

        await _admission.WhenEnded.Soon();
    }

    [Fact]
    public async Task Load_DeafToItsEnd_HasNotEndedBeforeItsOpeningHas()
    {
        var opening = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _silo.Opener.Open = (_, _) =>
        {
            begun.SetResult();
            return opening.Task;
        };
        var resident = _silo.Enter("m");
        await begun.Task.Soon();
        resident.StopLoad();
        var loaded = resident.WhenLoaded;
        while (!loaded.IsCompleted)
        {
            _silo.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.False(_admission.HasEnded);

        opening.SetResult(new TrackedModel("m", _silo.Opener.Events));
        await _admission.WhenEnded.Soon();
    }

    [Fact]
    public async Task Load_Quarantined_OpensNothingAndIsTriedAgainInASecond()
    {
        _silo.Opener.Admit = _ => throw new ModelQuarantinedException("it ended a silo");

        var outcome = await _silo.LoadAsync("m");

        Assert.Equal(new LoadOutcome(LoadFailureKind.Quarantined, "it ended a silo"), outcome);
        Assert.Equal(0, _silo.Opener.CountOpened("m"));
        Assert.Equal(0, _silo.Charged);
        var failure = new Orleans.Multiplex.Loading.LoadFailure(LoadFailureKind.Quarantined, outcome.Message, Attempts: 20, _silo.Time.GetTimestamp());
        Assert.Equal(TimeSpan.FromSeconds(1), failure.Delay);
        var error = Assert.IsType<ModelLoadFailedException>(failure.ToException("m", _silo.Time));
        Assert.Equal(("it ended a silo", null), (error.Reason, error.RetryAfter));
    }

    private sealed class Admission : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasEnded => _ended.Task.IsCompleted;

        public Task WhenEnded => _ended.Task;

        public void Dispose() => _ended.TrySetResult();
    }
}
