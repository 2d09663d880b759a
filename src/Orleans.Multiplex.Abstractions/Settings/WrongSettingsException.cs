namespace Orleans.Multiplex;

/// <summary>The start was refused because of the settings; the message has a line for each fault.</summary>
public sealed class WrongSettingsException : Exception
{
    internal WrongSettingsException(IReadOnlyList<string> faults)
        : base("The settings of Orleans.Multiplex are wrong:" + string.Concat(faults.Select(fault => $"{Environment.NewLine}- {fault}"))) =>
        Faults = faults;

    /// <summary>What is wrong: each names its setting and what it must be.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>The message alone: to whoever reads it in a terminal, where it was thrown says nothing.</summary>
    public override string ToString() => Message;
}
