namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>How urgent runs are.</summary>
internal static class RunPriority
{
    /// <summary>The least urgent level.</summary>
    public const int Lowest = 9;

    /// <summary>The level of what names no priority.</summary>
    public const int Default = 5;

    /// <summary>The level of a priority: 1 is the most urgent, and all from 9 on are the least; 0 is the default.</summary>
    public static int ToLevel(int priority) => priority <= 0 ? Default : Math.Min(priority, Lowest);
}
