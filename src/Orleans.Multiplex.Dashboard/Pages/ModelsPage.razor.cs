using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Orleans.Multiplex.Dashboard.Watching;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>All models, those of the store that are nowhere included.</summary>
public sealed partial class ModelsPage
{
    private readonly CancellationTokenSource _closed = new();
    private MudDataGrid<KnownModel>? _grid;
    private ImmutableArray<KnownModel> _all;
    private IReadOnlyList<KnownModel> _shown = [];
    private string? _text;
    private string? _fault;
    private bool _isResidentOnly;
    private bool _isListing;

    [Inject]
    private KnownModels Models { get; set; } = null!;

    protected override async Task OnLookedAsync()
    {
        if (!Cluster.IsKnown || _isListing)
        {
            return;
        }

        _isListing = true;
        try
        {
            var all = await Models.ListAsync(Cluster.Silos, _closed.Token);
            _all = [.. all.Where(model => Grant.Covers(model.Model))];
            _fault = null;
            await FindAsync();
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (MultiplexException error)
        {
            _fault = $"The models of the store cannot be listed: {error.Message}";
        }
        finally
        {
            _isListing = false;
        }
    }

    protected override void Dispose(bool isDisposing)
    {
        base.Dispose(isDisposing);
        _closed.Cancel();
        _closed.Dispose();
    }

    private Task SearchAsync(string? text)
    {
        _text = text;
        return FindAsync();
    }

    private Task ShowAsync(bool isResidentOnly)
    {
        _isResidentOnly = isResidentOnly;
        return FindAsync();
    }

    private async Task FindAsync()
    {
        _shown = _all.IsDefault ? [] :
        [
            .. _all.Where(model => (!_isResidentOnly || !model.Silos.IsEmpty)
                && (string.IsNullOrWhiteSpace(_text) || model.Model.Contains(_text.Trim(), StringComparison.OrdinalIgnoreCase))),
        ];
        if (_grid is not null)
        {
            await _grid.ReloadServerData();
        }
    }

    private Task<GridData<KnownModel>> ReadAsync(GridStateVirtualize<KnownModel> state, CancellationToken cancellationToken)
    {
        IEnumerable<KnownModel> rows = _shown;
        if (state.SortDefinitions.FirstOrDefault() is { } sort)
        {
            rows = sort.Descending ? rows.OrderByDescending(sort.SortFunc) : rows.OrderBy(sort.SortFunc);
        }

        return Task.FromResult(new GridData<KnownModel> { TotalItems = _shown.Count, Items = [.. rows.Skip(state.StartIndex).Take(state.Count)] });
    }
}
