using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Orleans.Multiplex.Dashboard.Parts;

/// <summary>The models of a pool, the one that would go next first unless sorted otherwise.</summary>
public sealed partial class ResidentTable
{
    /// <summary>The pool of the models of the store, which alone can be loaded, unloaded and pinned from outside.</summary>
    private const string OfStore = "Inference";

    private MudDataGrid<GridRow<ResidentModel>>? _grid;
    private List<GridRow<ResidentModel>> _shown = [];
    private string? _text;

    [Parameter, EditorRequired]
    public IReadOnlyList<ResidentModel> Models { get; set; } = [];

    [Parameter, EditorRequired]
    public string Pool { get; set; } = "";

    protected override async Task OnParametersSetAsync()
    {
        Find();
        if (_grid is not null)
        {
            await _grid.ReloadServerData();
        }
    }

    private async Task SearchAsync(string? text)
    {
        _text = text;
        Find();
        await _grid!.ReloadServerData();
    }

    // The report has the most recently used first; who goes next is at its end.
    private void Find() => _shown = GridRow<ResidentModel>.Of(
        Models.Reverse().Where(model => string.IsNullOrWhiteSpace(_text) || model.Model.Contains(_text.Trim(), StringComparison.OrdinalIgnoreCase)), Name);

    private Task<GridData<GridRow<ResidentModel>>> ReadAsync(GridStateVirtualize<GridRow<ResidentModel>> state, CancellationToken cancellationToken)
    {
        IEnumerable<GridRow<ResidentModel>> rows = _shown;
        if (state.SortDefinitions.FirstOrDefault() is { } sort)
        {
            rows = sort.Descending ? rows.OrderByDescending(sort.SortFunc) : rows.OrderBy(sort.SortFunc);
        }

        return Task.FromResult(new GridData<GridRow<ResidentModel>> { TotalItems = _shown.Count, Items = [.. rows.Skip(state.StartIndex).Take(state.Count)] });
    }

    private static string Name(ResidentModel model) => model.Version > 0 ? $"{model.Model}@{model.Version}" : model.Model;
}
