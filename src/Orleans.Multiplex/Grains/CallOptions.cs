namespace Orleans.Multiplex.Grains;

/// <summary>How calls behave.</summary>
/// <param name="Timeout">The time allowed to a call that does not bring its own.</param>
/// <param name="MaxTimeout">The longest time that a call may bring.</param>
/// <param name="MaxAnswerBytes">The most that an answer may take: a message over Orleans' limit would close the connection.</param>
internal sealed record CallOptions(TimeSpan Timeout, TimeSpan MaxTimeout, long MaxAnswerBytes)
{
    /// <summary>The time of a call.</summary>
    /// <param name="model">The model that is called.</param>
    /// <param name="brought">The time that the call brings; null when it brings none.</param>
    /// <exception cref="InvalidInputException">The call brings more than it may.</exception>
    public TimeSpan GetTimeout(string model, TimeSpan? brought)
    {
        if (brought is not { } timeout)
        {
            return Timeout;
        }

        CallTime.Check(model, timeout, MaxTimeout);
        return timeout;
    }
}
