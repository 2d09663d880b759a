namespace Orleans.Multiplex.Grains;

/// <summary>
/// The time between two elements of an enumeration, in which its caller has the one and has not asked for the other. A caller may go
/// without a word, and the model would stay leased; so a pause that lasts too long ends the enumeration. Belongs to one activation, whose
/// scheduler calls it.
/// </summary>
/// <param name="longest">The longest pause.</param>
/// <param name="time">The clock.</param>
/// <param name="endAsync">Ends the enumeration; called on the activation's scheduler.</param>
internal sealed class StreamPause(TimeSpan longest, TimeProvider time, Func<Task> endAsync) : IDisposable
{
    private readonly TaskScheduler _activation = TaskScheduler.Current;
    private ITimer? _timer;
    private bool _lasts;
    private long _since;

    /// <summary>Whether a pause has lasted too long.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The caller has an element.</summary>
    public void Begin()
    {
        _lasts = true;
        _since = time.GetTimestamp();
        _timer ??= time.CreateTimer(static state => ((StreamPause)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(longest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The caller asks for the next one.</summary>
    public void End()
    {
        _lasts = false;
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private void OnTimer() =>
        Task.Factory.StartNew(EndIfOverAsync, CancellationToken.None, TaskCreationOptions.None, _activation).Unwrap().Ignore();

    // The caller may have asked again, and have got another element, since the timer came; and a timer may come a little early.
    private Task EndIfOverAsync()
    {
        if (!_lasts)
        {
            return Task.CompletedTask;
        }

        if (longest - time.GetElapsedTime(_since) is var left && left > TimeSpan.Zero)
        {
            _timer!.Change(left, Timeout.InfiniteTimeSpan);
            return Task.CompletedTask;
        }

        IsOver = true;
        return endAsync();
    }
}
