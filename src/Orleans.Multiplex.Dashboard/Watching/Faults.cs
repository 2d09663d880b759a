namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>What a page says of what went wrong behind it.</summary>
internal static class Faults
{
    public static string Describe(Exception error) => error is MultiplexException
        ? error.Message
        : $"The cluster did not answer as it should ({error.GetType().Name}); the log of this process may say more.";
}
