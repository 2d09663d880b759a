using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.Settings;

/// <summary>What a part of the product reads from the settings.</summary>
internal interface ISettingsPart
{
    /// <summary>Where the part reads; null when only code sets its options.</summary>
    IConfiguration? Configuration { get; }

    /// <summary>The names that the part knows, from the root, with <see cref="SettingNames.Any"/> for a name that the user chooses.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>The values that cannot be read, and what the part's rules say of its options as they are in the end.</summary>
    IEnumerable<string> FindFaults(IServiceProvider services);
}
