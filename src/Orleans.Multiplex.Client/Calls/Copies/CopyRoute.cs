namespace Orleans.Multiplex.Calls.Copies;

/// <summary>The way that a request goes: to one of the copies that were heard of, or to the model's grain where none were.</summary>
/// <param name="Table">The copies; null where none were heard of.</param>
/// <param name="Copy">The one chosen; null where there is none.</param>
internal readonly record struct CopyRoute(CopyTable? Table, KnownCopy? Copy)
{
    /// <summary>What the caller knows of the copies.</summary>
    public long Stamp => Table?.Stamp ?? 0;

    /// <summary>The request counts as sent no longer.</summary>
    public void End()
    {
        if (Copy is not null)
        {
            Table!.End(Copy);
        }
    }
}
