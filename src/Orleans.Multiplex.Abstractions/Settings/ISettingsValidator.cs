namespace Orleans.Multiplex.Settings;

/// <summary>Checks the options of one part of the product after everybody has had a say: the settings, and the code that configures them.</summary>
/// <typeparam name="TOptions">The options, a plain class.</typeparam>
internal interface ISettingsValidator<in TOptions>
{
    /// <summary>The section that the options are read from: <c>Multiplex</c>, or one below it. Parts may share a section.</summary>
    static abstract string Section { get; }

    /// <summary>What is out of range or in conflict; each fault names its setting, what it is and what it must be (see <see cref="Rules"/>).</summary>
    IEnumerable<string> FindFaults(TOptions options);
}
