using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Orleans.Multiplex.Dashboard.Parts;
using Orleans.Multiplex.Dashboard.Watching;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>All models, those of the store that are nowhere included.</summary>
public sealed partial class ModelsPage
{
    private readonly CancellationTokenSource _closed = new();
    private MudDataGrid<GridRow<KnownModel>>? _grid;
    private ImmutableArray<KnownModel> _all;
    private List<GridRow<KnownModel>> _shown = [];
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
            _all = Grant.IsLimited ? [.. all.Where(model => Grant.Covers(model.Model))] : all;
            _fault = null;
            await FindAsync();
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The page was left.
        }
#pragma warning disable CA1031 // Whatever it is, the page says so, and lists again at the next look.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _fault = $"The models of the store cannot be listed. {Faults.Describe(error)}";
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
        _shown = _all.IsDefault ? [] : GridRow<KnownModel>.Of(
            _all.Where(model => (!_isResidentOnly || !model.Silos.IsEmpty) && (string.IsNullOrWhiteSpace(_text) || model.Model.Contains(_text.Trim(), StringComparison.OrdinalIgnoreCase))),
            static model => model.Model);
        if (_grid is not null)
        {
            await _grid.ReloadServerData();
        }
    }

    private Task<GridData<GridRow<KnownModel>>> ReadAsync(GridStateVirtualize<GridRow<KnownModel>> state, CancellationToken cancellationToken)
    {
        IEnumerable<GridRow<KnownModel>> rows = _shown;
        if (state.SortDefinitions.FirstOrDefault() is { } sort)
        {
            rows = sort.Descending ? rows.OrderByDescending(sort.SortFunc) : rows.OrderBy(sort.SortFunc);
        }

        return Task.FromResult(new GridData<GridRow<KnownModel>> { TotalItems = _shown.Count, Items = [.. rows.Skip(state.StartIndex).Take(state.Count)] });
    }
}
