using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>What a load holds while it is under way: its turn, its room, its thread, and the model that is being opened.</summary>
internal sealed class LoadInProgress(LoadQueue queue)
{
    private Turn _turn;

    private enum Turn
    {
        None,
        Taken,
        LeftBehind,
    }

    /// <summary>The room taken for the model; null before.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>The step of other people's code that was begun last, which may be deaf to its token; null before the first.</summary>
    public Task? Step { get; set; }

    /// <summary>The use of a thread by that step.</summary>
    public ThreadUse? Thread { get; set; }

    /// <summary>The opening of the model; null before it was begun.</summary>
    public Task<object>? Opening { get; set; }

    public async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        await queue.EnterAsync(cancellationToken);
        _turn = Turn.Taken;
    }

    public void EndTurn()
    {
        switch (_turn)
        {
            case Turn.Taken:
                queue.Leave();
                break;
            case Turn.LeftBehind:
                queue.EndLeftBehind();
                break;
        }

        _turn = Turn.None;
    }

    /// <summary>
    /// The load was ended and goes on all the same: its turn and its thread go to others. Its room stays taken where the model is being
    /// opened, as its memory is.
    /// </summary>
    public void LeaveBehind()
    {
        if (Opening is null)
        {
            Reservation?.Release();
        }

        Thread?.TryReplace();
        if (_turn == Turn.Taken && queue.TryLeaveBehind())
        {
            _turn = Turn.LeftBehind;
        }
    }

    /// <summary>Waits for the step to end and disposes what was opened.</summary>
    public async Task CloseAsync()
    {
        if (Step is { } step)
        {
            await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Opening is { IsCompletedSuccessfully: true } opening)
        {
            // The load has failed already and its reason is told; a second failure on the way out changes nothing. It may block, too.
            var model = await opening;
            await Task.Run(() => ModelDisposal.DisposeAsync(model).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives back the room and the turn, when what was opened has been disposed.</summary>
    public void Release()
    {
        Reservation?.Release();
        EndTurn();
    }
}
