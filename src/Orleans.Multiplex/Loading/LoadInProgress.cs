using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>What a load holds while it is under way: its turn, its room, and the model that is being opened.</summary>
internal sealed class LoadInProgress(LoadQueue queue)
{
    private bool _hasTurn;

    /// <summary>The room taken for the model; null before.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>The step of other people's code that was begun last, which may be deaf to its token; null before the first.</summary>
    public Task? Step { get; set; }

    /// <summary>The opening of the model; null before it was begun.</summary>
    public Task<object>? Opening { get; set; }

    public async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        await queue.EnterAsync(cancellationToken);
        _hasTurn = true;
    }

    public void EndTurn()
    {
        if (_hasTurn)
        {
            _hasTurn = false;
            queue.Leave();
        }
    }

    /// <summary>Gives everything back in reverse: waits for the step to end, disposes what was opened, frees its room, ends the turn.</summary>
    public async Task UndoAsync()
    {
        if (Step is { } step)
        {
            await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Opening is { IsCompletedSuccessfully: true } opening)
        {
            try
            {
                await ModelDisposal.DisposeAsync(await opening);
            }
#pragma warning disable CA1031 // The load has failed already and its reason is told; a second failure on the way out changes nothing.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        Reservation?.Release();
        EndTurn();
    }
}
