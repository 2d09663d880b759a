namespace Orleans.Multiplex.Dashboard.Parts;

/// <summary>A row of a grid: the same one, with its buttons and who has the focus in it, as long as it is of the same thing, whatever that looks like at the moment.</summary>
/// <typeparam name="T">What it shows.</typeparam>
internal sealed class GridRow<T>(string key, T item)
{
    public T Item => item;

    public override bool Equals(object? obj) => obj is GridRow<T> other && other.Key == Key;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Key);

    private string Key => key;

    /// <summary>Rows for all items. Two of one name are told apart by their order.</summary>
    public static List<GridRow<T>> Of(IEnumerable<T> items, Func<T, string> name)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new List<GridRow<T>>();
        foreach (var one in items)
        {
            var key = name(one);
            seen[key] = seen.GetValueOrDefault(key) + 1;
            rows.Add(new GridRow<T>(seen[key] == 1 ? key : $"{key}#{seen[key]}", one));
        }

        return rows;
    }
}
