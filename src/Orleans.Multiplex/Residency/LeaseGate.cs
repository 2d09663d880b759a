namespace Orleans.Multiplex.Residency;

/// <summary>
/// Counts who uses a resident and keeps new users out once it is closed. One word holds both, so that entering, leaving and closing
/// need no lock: the low bits count the users, a high bit says closed.
/// </summary>
/// <remarks>
/// Who enters successfully may use the model until leaving. After <see cref="WhenEmpty"/> completes nobody does, nor ever will: an
/// entry that finds the gate closed counts itself for a moment but never touches the model.
/// </remarks>
internal sealed class LeaseGate
{
    private const long Closed = 1L << 62;

    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _word;

    /// <summary>The number of users now.</summary>
    public int Users => (int)(Volatile.Read(ref _word) & ~Closed);

    /// <summary>Whether new users are kept out.</summary>
    public bool IsClosed => Volatile.Read(ref _word) >= Closed;

    /// <summary>Completes when the gate is closed and the last user has left.</summary>
    public Task WhenEmpty => _empty.Task;

    /// <summary>Enters, unless the gate is closed.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _word) < Closed)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Enters once more for one who is inside; succeeds also when the gate has been closed meanwhile.</summary>
    public void EnterAgain() => Interlocked.Increment(ref _word);

    /// <summary>Leaves. Returns true when the open gate has no user left.</summary>
    public bool Leave()
    {
        var word = Interlocked.Decrement(ref _word);
        if (word == Closed)
        {
            _empty.TrySetResult();
        }

        return word == 0;
    }

    /// <summary>Closes the gate if nobody is inside; false leaves it as it was.</summary>
    public bool TryCloseIdle()
    {
        if (Interlocked.CompareExchange(ref _word, Closed, 0) != 0)
        {
            return false;
        }

        _empty.TrySetResult();
        return true;
    }

    /// <summary>Closes the gate; those inside go on to their end.</summary>
    public void Close()
    {
        if ((Interlocked.Or(ref _word, Closed) & ~Closed) == 0)
        {
            _empty.TrySetResult();
        }
    }
}
