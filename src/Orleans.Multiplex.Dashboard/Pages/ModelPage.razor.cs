using Microsoft.AspNetCore.Components;
using Orleans.Multiplex.Dashboard.Watching;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>One model: where it is and why, what happened to it, where its time goes, and a form to try it.</summary>
public sealed partial class ModelPage
{
    private ModelReport? _report;
    private ModelDescription? _description;
    private string? _refusal;
    private string? _fault;
    private string? _notDescribed;
    private string? _shown;

    /// <summary>The model: <c>id</c>, or <c>id@version</c>.</summary>
    [Parameter]
    public string Model { get; set; } = "";

    [Inject]
    private IMultiplexClient Client { get; set; } = null!;

    protected override async Task OnParametersSetAsync()
    {
        if (_shown == Model || !RendererInfo.IsInteractive)
        {
            return;
        }

        _shown = Model;
        (_report, _description, _refusal, _fault, _notDescribed) = (null, null, null, null, null);
        await AskAsync();
        await DescribeAsync();
    }

    protected override async Task OnLookedAsync()
    {
        await AskAsync();
        if (_description is null && _report is { Locations.IsEmpty: false })
        {
            await DescribeAsync();
        }
    }

    private async Task AskAsync()
    {
        var model = Model;
        _refusal = !ModelKey.TryParse(model, out var key, out var fault) ? $"'{model}' is no model id: {fault}" : Grant.FindRefusal(key)?.Message;
        if (_refusal is not null)
        {
            return;
        }

        try
        {
            var report = await Client.GetModelAsync(model);
            if (model == Model)
            {
                (_report, _fault) = (report, null);
            }
        }
#pragma warning disable CA1031 // Whatever it is, the page says so, keeps what it shows, and asks again at the next look.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _fault = model == Model ? Faults.Describe(error) : _fault;
        }
    }

    private async Task DescribeAsync()
    {
        var model = Model;
        if (_refusal is not null)
        {
            return;
        }

        try
        {
            var description = await Client.DescribeAsync(model);
            _description = model == Model ? description : _description;
        }
#pragma warning disable CA1031 // Whatever it is, the page says so.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _notDescribed = model == Model ? Faults.Describe(error) : _notDescribed;
        }
    }

    private static string Describe(ResidentModel model) => string.Join(", ", new[]
    {
        model.IsPinned ? "pinned" : null,
        model.IsCopy ? "a copy" : null,
        model.IsNextVictim ? "the next to go" : null,
        model.Newer is { } newer ? $"to be succeeded by version {newer.Version} ({newer.State.ToString().ToLowerInvariant()}{(newer.Reason.Length > 0 ? $": {newer.Reason}" : "")})" : null,
    }.OfType<string>());

    private static string Pair(PhaseTimes times) => $"{Words.Of(times.P50)} / {Words.Of(times.P99)}";

    private static string TypeOf(ValueSpec value) => value.Kind == ValueKind.Tensor ? value.Type?.GetProtocolName() ?? "" : value.Kind.ToString();

    private static string ShapeOf(ValueSpec value) =>
        value.Shape.IsDefault ? "any" : $"[{string.Join(", ", value.Shape.Select(static dimension => dimension < 0 ? "?" : dimension.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
