namespace Orleans.Multiplex.Simulation.Rivals;

/// <summary>Models in the order of their last use.</summary>
internal sealed class RecencyList
{
    private readonly LinkedList<int> _order = new();
    private readonly Dictionary<int, LinkedListNode<int>> _nodes = [];

    public int Count => _order.Count;

    /// <summary>The models, the least recently used first.</summary>
    public IEnumerable<int> Models => _order;

    public bool Contains(int model) => _nodes.ContainsKey(model);

    /// <summary>Makes a model the most recently used one; false when it was not there.</summary>
    public bool Touch(int model)
    {
        if (!_nodes.TryGetValue(model, out var node))
        {
            return false;
        }

        _order.Remove(node);
        _order.AddLast(node);
        return true;
    }

    public void Add(int model) => _nodes.Add(model, _order.AddLast(model));

    public void Remove(int model)
    {
        if (_nodes.Remove(model, out var node))
        {
            _order.Remove(node);
        }
    }

    /// <summary>Takes the least recently used model out.</summary>
    public int TakeOldest()
    {
        var oldest = _order.First!.Value;
        Remove(oldest);
        return oldest;
    }
}
