using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Events;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>What happens, as it happens.</summary>
public sealed partial class EventsPage
{
    /// <summary>More rows than anybody reads.</summary>
    private const int MostRows = 300;

    private IReadOnlyCollection<ClusterEventKind> _kinds = [];
    private string? _text;
    private bool _isPaused;
    private ImmutableList<ClusterEvent> _held = [];

    // What fits, as much of it as is shown, and how much there is that the reader may know of.
    private (List<ClusterEvent> Rows, int Fitting, int All) Find()
    {
        var known = Grant is null ? [] : EventView.Of(_isPaused ? _held : Cluster.Events, Grant).ToList();
        var fitting = known.Where(one => (_kinds.Count == 0 || _kinds.Contains(one.Kind)) && Fits(one)).ToList();
        return ([.. fitting.Take(MostRows)], fitting.Count, known.Count);
    }

    private void Pause(bool isPaused)
    {
        _held = Cluster.Events;
        _isPaused = isPaused;
    }

    private bool Fits(ClusterEvent one) => string.IsNullOrWhiteSpace(_text)
        || new[] { one.Model, one.Silo, one.Reason, one.Message }.Any(text => text?.Contains(_text.Trim(), StringComparison.OrdinalIgnoreCase) == true);
}
