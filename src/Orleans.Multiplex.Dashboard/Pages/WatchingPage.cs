using Microsoft.AspNetCore.Components;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.Dashboard.Operating;
using Orleans.Multiplex.Dashboard.Watching;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>A page that shows the cluster and is drawn anew with each look at it.</summary>
public abstract class WatchingPage : ComponentBase, IDisposable
{
    private IDisposable? _following;
    private int _isDrawing;
    private bool _isDisposed;

    [Inject]
    private protected ClusterWatch Watch { get; set; } = null!;

    [Inject]
    private protected Operations Operations { get; set; } = null!;

    /// <summary>What the viewer may know and do.</summary>
    private protected AccessGrant Grant { get; private set; } = null!;

    private protected ClusterSnapshot Cluster => Watch.Current;

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    protected override async Task OnInitializedAsync()
    {
        Grant = await Operations.GetGrantAsync();
        if (RendererInfo.IsInteractive && !_isDisposed)
        {
            _following = Watch.Follow(Draw);
            if (Cluster.IsKnown)
            {
                await OnLookedAsync();
            }
        }
    }

    protected virtual void Dispose(bool isDisposing)
    {
        _isDisposed = true;
        _following?.Dispose();
    }

    /// <summary>Is called, in the page's turn, after each look and before the page is drawn.</summary>
    protected virtual Task OnLookedAsync() => Task.CompletedTask;

    // A page that takes longer than the looks come is drawn with the next one.
    private void Draw()
    {
        if (Interlocked.Exchange(ref _isDrawing, 1) == 0)
        {
            _ = Task.Run(() => InvokeAsync(DrawAsync));
        }
    }

    private async Task DrawAsync()
    {
        try
        {
            await OnLookedAsync();
            StateHasChanged();
        }
#pragma warning disable CA1031 // What is unforeseen ends the page as any error of it does, and is not lost.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await DispatchExceptionAsync(error);
        }
        finally
        {
            Interlocked.Exchange(ref _isDrawing, 0);
        }
    }
}
