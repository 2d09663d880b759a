namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>
/// Writes entries behind who has news of them, in the order in which they came: grains have such news on their turns, and a disk may hang. Of an
/// entry that changes before it is written, only what it came to is. One that cannot be written waits until more is.
/// </summary>
/// <param name="write">Writes one; false where that cannot be.</param>
internal sealed class QuarantineWriter(Func<QuarantineEntry, bool> write)
{
    private readonly Lock _lock = new();
    private readonly Lock _writing = new();
    private OrderedDictionary<string, QuarantineEntry> _waiting = new(StringComparer.Ordinal);
    private bool _isScheduled;

    /// <summary>Completes when all that has been added so far is written.</summary>
    public Task WhenWritten { get; private set; } = Task.CompletedTask;

    /// <summary>Has entries written, and does not wait for it.</summary>
    public void Add(IEnumerable<QuarantineEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                _waiting[entry.Mark.Id] = entry;
            }

            if (_waiting.Count > 0 && !_isScheduled)
            {
                _isScheduled = true;
                using (ExecutionContext.SuppressFlow())
                {
                    WhenWritten = Task.Run(Flush);
                }
            }
        }
    }

    /// <summary>Writes what waits, here and now. False where some cannot be.</summary>
    public bool Flush()
    {
        // Also for what another one is writing: when this returns, all of it is there.
        lock (_writing)
        {
            OrderedDictionary<string, QuarantineEntry> waiting;
            lock (_lock)
            {
                _isScheduled = false;
                (waiting, _waiting) = (_waiting, new(StringComparer.Ordinal));
            }

            var left = waiting.Values.Where(entry => !write(entry)).ToList();
            lock (_lock)
            {
                // What has come of one meanwhile is newer.
                left.ForEach(entry => _waiting.TryAdd(entry.Mark.Id, entry));
            }

            return left.Count == 0;
        }
    }
}
