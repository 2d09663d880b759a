using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>
/// The measure of the others: one cache that is as large as all silos together, knows all at once, and loads in no time. When a silo dies it loses that
/// share of its models, by chance, and of its room.
/// </summary>
internal sealed class GlobalLru(Scenario scenario, Catalogue catalogue, int seed) : IServingSystem
{
    private readonly RecencyList _models = new();
    private readonly Random _random = new(seed + 2);
    private int _silos = scenario.Silos;
    private long _bytes;

    public long Loads { get; private set; }

    public bool Serve(ModelRequest request)
    {
        if (_models.Touch(request.Model))
        {
            return true;
        }

        Loads++;
        _models.Add(request.Model);
        _bytes += catalogue.GetBytes(request.Model);
        Shrink();
        return false;
    }

    public void Lose(double which)
    {
        foreach (var lost in _models.Models.Where(_ => _random.Next(_silos) == 0).ToList())
        {
            _models.Remove(lost);
            _bytes -= catalogue.GetBytes(lost);
        }

        _silos--;
        Shrink();
    }

    public void Join() => _silos++;

    private void Shrink()
    {
        while (_bytes > _silos * scenario.BytesPerSilo)
        {
            _bytes -= catalogue.GetBytes(_models.TakeOldest());
        }
    }
}
