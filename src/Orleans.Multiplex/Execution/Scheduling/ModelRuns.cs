namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>
/// The runs of one resident model that wait for a thread, and what its runs take. Guarded by the lock of the queue, but for the latter, which has a lock of
/// its own.
/// </summary>
/// <param name="modelId">The model, for errors.</param>
/// <param name="busy">What its runs take.</param>
/// <param name="all">What the runs of all models take.</param>
internal sealed class ModelRuns(string modelId, BusyTime busy, BusyTime all)
{
    // How many are looked at for each row of a run, where they do not go together: it is done under the lock.
    private const int MaxLooksPerRow = 4;

    // By level, and within one in the order in which they came.
    private readonly LinkedList<ScheduledRun> _waiting = new();

    private readonly Lock _costLock = new();
    private readonly Lateness[] _lateness = new Lateness[RunPriority.Lowest + 1];
    private RunCost _cost;
    private WaitedTime _waited;

    public string ModelId => modelId;

    /// <summary>What its runs have taken, all together.</summary>
    public BusyTime Busy => busy;

    /// <summary>What its requests have waited that have begun.</summary>
    public WaitedTime Waited
    {
        get
        {
            lock (_costLock)
            {
                return _waited;
            }
        }
    }

    /// <summary>How many wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>What its runs take.</summary>
    public RunCost Cost
    {
        get
        {
            lock (_costLock)
            {
                return _cost;
            }
        }
    }

    /// <summary>The time of threads that it has had at each level, in seconds, counted so that who has had less goes first (see <see cref="FairQueue"/>).</summary>
    public double[] Served { get; } = new double[RunPriority.Lowest + 1];

    /// <summary>Whether it stands among those from which threads take.</summary>
    public bool IsReady { get; set; }

    /// <summary>What ends its wait for company; null while there is none.</summary>
    public ITimer? Gathering { get; set; }

    /// <summary>When that ends, by the clock's timestamps.</summary>
    public long GatheringEnd { get; set; }

    /// <summary>The next to run.</summary>
    public ScheduledRun? First => _waiting.First?.Value;

    /// <summary>The least urgent, and of those the one that came last.</summary>
    public ScheduledRun? Last => _waiting.Last?.Value;

    /// <summary>Where it stands among the models that are ready.</summary>
    public RunTurn Turn => new(First!.Level, Served[First.Level], First.Number);

    /// <summary>Notes that a request's wait is over.</summary>
    public void EndWait(TimeSpan waited)
    {
        lock (_costLock)
        {
            _waited = _waited.Add(waited);
        }
    }

    /// <summary>A thread takes runs of it.</summary>
    /// <param name="at">The timestamp.</param>
    public void Begin(long at)
    {
        busy.Begin(at);
        all.Begin(at);
    }

    /// <summary>The thread has done with them.</summary>
    /// <param name="at">When it took them.</param>
    /// <param name="took">What it took for them.</param>
    public void End(long at, TimeSpan took)
    {
        busy.End(at, took);
        all.End(at, took);
    }

    /// <summary>Notes what a run took that no thread for inference had.</summary>
    public void MeasureShort(TimeSpan took, long bytes)
    {
        busy.Add(took);
        all.Add(took);
        Measure(took, items: 1, bytes);
    }

    /// <summary>Notes what runs took.</summary>
    /// <param name="took">How long they took together.</param>
    /// <param name="items">How many there were.</param>
    /// <param name="bytes">The bytes of their inputs.</param>
    public void Measure(TimeSpan took, int items, long bytes)
    {
        lock (_costLock)
        {
            _cost = _cost.Add(took, items, bytes);
        }
    }

    /// <summary>How much longer its requests of a level take than expected, in the crowd that there is.</summary>
    public Lateness GetLateness(int level) => _lateness[level];

    /// <summary>A request of a level comes. Where it finds nobody ahead, the crowd is over, and with it what that has taught; returns whether there is one.</summary>
    /// <param name="level">The level.</param>
    /// <param name="ahead">How many are ahead of it.</param>
    public bool Come(int level, int ahead)
    {
        if (ahead == 0)
        {
            _lateness[level] = default;
        }

        return ahead > 0;
    }

    /// <summary>Notes how long a request has waited. What the run itself takes is not known yet: as much as the others'.</summary>
    public void Learn(ScheduledRun run, TimeSpan waited)
    {
        if (run.Expected is { } expected && run.IsMeasured)
        {
            _lateness[run.Level] = _lateness[run.Level].Add(expected, waited + Cost.Run);
        }
    }

    public void Add(ScheduledRun run)
    {
        var before = _waiting.Last;
        while (before is not null && before.Value.Level > run.Level)
        {
            before = before.Previous;
        }

        if (before is null)
        {
            _waiting.AddFirst(run.Place);
        }
        else
        {
            _waiting.AddAfter(before, run.Place);
        }
    }

    /// <summary>Takes one out. False when it is not in it.</summary>
    public bool Remove(ScheduledRun run)
    {
        if (run.Place.List != _waiting)
        {
            return false;
        }

        _waiting.Remove(run.Place);
        return true;
    }

    /// <summary>Whether one of a level waits.</summary>
    public bool HasLevel(int level)
    {
        var run = _waiting.Last;
        while (run is not null && run.Value.Level > level)
        {
            run = run.Previous;
        }

        return run?.Value.Level == level;
    }

    /// <summary>How many are before one of a level that comes now.</summary>
    public int CountBefore(int level)
    {
        var count = _waiting.Count;
        for (var run = _waiting.Last; run is not null && run.Value.Level > level; run = run.Previous)
        {
            count--;
        }

        return count;
    }

    /// <summary>Whether so many wait that may go together as go in one run, or one that goes alone.</summary>
    public bool IsFull
    {
        get
        {
            var rows = 0L;
            foreach (var run in _waiting)
            {
                if (run.Kind is not { } kind || (rows += run.Rows) >= kind.MaxRows)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Takes the next run, and with it those that may share it, in their order.</summary>
    /// <param name="others">Those that share it; null when there are none.</param>
    public ScheduledRun Take(out List<ScheduledRun>? others)
    {
        others = null;
        var first = _waiting.First!;
        var next = first.Next;
        _waiting.Remove(first);
        if (first.Value.Kind is not { } kind)
        {
            return first.Value;
        }

        var looks = (long)MaxLooksPerRow * kind.MaxRows;
        for (var rows = (long)first.Value.Rows; next is not null && rows < kind.MaxRows && looks > 0; looks--)
        {
            var run = next;
            next = run.Next;
            if (run.Value.Kind == kind && rows + run.Value.Rows <= kind.MaxRows)
            {
                rows += run.Value.Rows;
                _waiting.Remove(run);
                (others ??= []).Add(run.Value);
            }
        }

        return first.Value;
    }
}
