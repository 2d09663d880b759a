using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>A model whose grain is on this silo, and which has copies or may get some. Belongs to the looks of <see cref="CopyKeeper"/>.</summary>
internal sealed class LedModel(CopyList list, TimeProvider time)
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Dictionary<SiloAddress, CopyMeasure> _measures = [];
    private readonly Dictionary<SiloAddress, CopyMeasure> _usual = [];
    private TimeSpan _pause;
    private long _pausedAt;

    public string Model => List.Model;

    /// <summary>The silos that have it.</summary>
    public CopyList List { get; private set; } = list;

    /// <summary>For how long its copies have looked the same.</summary>
    public CopyHeat Heat { get; private set; }

    /// <summary>The silo that takes long to load a copy; null where none does.</summary>
    public SiloAddress? Awaited { get; set; }

    /// <summary>Whether another copy is on its way.</summary>
    public bool IsGrowing { get; set; }

    /// <summary>Whether silos have refused it or lost it lately, so that none is asked again yet.</summary>
    public bool IsPaused => _pause > TimeSpan.Zero && time.GetElapsedTime(_pausedAt) < _pause;

    /// <summary>It, on this silo; null when it has gone.</summary>
    public Resident? Resident { get; set; }

    /// <summary>Whether it answers here.</summary>
    public bool IsReady => IsHere && Resident is { State: ResidentState.Ready, Gate.IsClosed: false };

    /// <summary>Whether its grain is here. May be asked at any time.</summary>
    public bool IsHere { get; private set; } = true;

    /// <summary>Its grain has gone.</summary>
    public void End() => IsHere = false;

    /// <summary>What was last measured on each silo, where all have told.</summary>
    public IReadOnlyList<CopyMeasure> Measures => [.. List.Silos.Select(silo => _measures[silo])];

    /// <summary>The averages of what was measured on each silo.</summary>
    public IReadOnlyList<CopyMeasure> Usual => [.. List.Silos.Select(silo => _usual[silo])];

    /// <summary>How busy it keeps this silo.</summary>
    public double Busy => _measures.GetValueOrDefault(List.First).Busy;

    /// <summary>Whether there is nothing to know of it: it has no copies, and needs none.</summary>
    public bool IsForgettable => List.Silos.Length == 1 && IsMeasured && Heat.Need == CopyNeed.Enough && !IsGrowing && !IsPaused;

    /// <summary>Whether all silos have told.</summary>
    public bool IsMeasured => List.Silos.All(_measures.ContainsKey);

    /// <summary>Other silos have it from now on.</summary>
    public void Change(CopyList list)
    {
        foreach (var gone in List.Silos.Except(list.Silos))
        {
            _measures.Remove(gone);
            _usual.Remove(gone);
        }

        List = list;
    }

    /// <summary>A silo has told.</summary>
    public void Measure(SiloAddress silo, CopyMeasure measure)
    {
        _measures[silo] = measure;
        _usual[silo] = _usual.TryGetValue(silo, out var before) ? before.Add(measure, CopyRule.WeightOfNew) : measure;
    }

    /// <summary>A silo has it no more.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="leaves">Whether it is about to leave: then another one is to take its place at once. If not, it needed the room for what is asked more, and is not to take it again at once.</param>
    public void Lose(SiloAddress silo, bool leaves)
    {
        Change(List.Where(other => !other.Equals(silo)));
        if (!leaves)
        {
            Pause(wasAsked: true);
        }
    }

    /// <summary>A look has found its copies so.</summary>
    public void Judge(CopyNeed need, TimeSpan elapsed) => Heat = Heat.Then(need, elapsed);

    /// <summary>It has a copy more or fewer: the next one waits for what that comes to.</summary>
    public void Settle() => Heat = default;

    /// <summary>No copy has come, or one was not kept: no silo is asked before a pause.</summary>
    /// <param name="wasAsked">Whether a silo was asked: then the pause grows, until all has gone well for a while. Otherwise there is just none now.</param>
    public void Pause(bool wasAsked)
    {
        var isAgain = _pause > ShortPause && time.GetElapsedTime(_pausedAt) < LongestPause * 2;
        _pause = !wasAsked ? ShortPause : !isAgain ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        _pausedAt = time.GetTimestamp();
    }
}
