using System.Collections.Immutable;

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

    private ImmutableList<ClusterEvent> All => _isPaused ? _held : Cluster.Events;

    private List<ClusterEvent> Shown => Grant is null ? [] :
    [
        .. All.Where(one => (one.Model is not { } model || Grant.Covers(model)) && (_kinds.Count == 0 || _kinds.Contains(one.Kind)) && Fits(one)).Take(MostRows),
    ];

    private void Pause(bool isPaused)
    {
        _held = Cluster.Events;
        _isPaused = isPaused;
    }

    private bool Fits(ClusterEvent one) => string.IsNullOrWhiteSpace(_text)
        || new[] { one.Model, one.Silo, one.Reason, one.Message }.Any(text => text?.Contains(_text.Trim(), StringComparison.OrdinalIgnoreCase) == true);
}
