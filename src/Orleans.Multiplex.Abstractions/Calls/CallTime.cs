namespace Orleans.Multiplex;

/// <summary>
/// What is left of a call's time, as it travels to a grain of an own class: beside the arguments, which belong to the class. A span and
/// not an instant, since clocks differ.
/// </summary>
internal static class CallTime
{
    private const string Key = "multiplex.time-left";

    /// <summary>Gives a time to the grain calls made from here on in this flow of execution; the caller of an async method that does so keeps its own.</summary>
    public static void Send(TimeSpan left) => Runtime.RequestContext.Set(Key, left);

    /// <summary>The time that came with the call, taken out so that it does not flow on into the calls that the grain makes; null when none came.</summary>
    public static TimeSpan? Take()
    {
        var left = Runtime.RequestContext.Get(Key) as TimeSpan?;
        if (left is not null)
        {
            Runtime.RequestContext.Remove(Key);
        }

        return left;
    }

    /// <summary>Refuses a request for more time than may be asked for.</summary>
    /// <param name="model">The model that was asked for.</param>
    /// <param name="asked">The time asked for.</param>
    /// <param name="most">The most that may be asked for.</param>
    /// <exception cref="InvalidInputException">It asks for more.</exception>
    public static void Check(string model, TimeSpan asked, TimeSpan most)
    {
        if (asked > most)
        {
            throw new InvalidInputException(
                model,
                "",
                $"The request asks for a time of {asked}; at most {most} may be asked for (Multiplex:MaxRequestTimeout). Ask for less, or raise the setting.");
        }
    }
}
