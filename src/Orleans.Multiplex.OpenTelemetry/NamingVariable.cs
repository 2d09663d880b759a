using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>A standard variable of OpenTelemetry that names things, with commas between them. What it names that is not known here is ignored.</summary>
internal sealed class NamingVariable
{
    /// <param name="configuration">The settings, the environment among them.</param>
    /// <param name="name">The variable's name.</param>
    /// <param name="known">What may be named in it.</param>
    public NamingVariable(IConfiguration configuration, string name, params IReadOnlyList<string> known)
    {
        Name = name;
        Known = known;
        var names = (configuration[name] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Named = [.. names.Select(static one => one.ToLowerInvariant()).Where(known.Contains).Distinct()];
        Unknown = [.. names.Where(one => !known.Contains(one, StringComparer.OrdinalIgnoreCase))];
    }

    public string Name { get; }

    public IReadOnlyList<string> Known { get; }

    /// <summary>What is named in it of what is known.</summary>
    public IReadOnlyList<string> Named { get; }

    /// <summary>What is named in it and means nothing here.</summary>
    public IReadOnlyList<string> Unknown { get; }
}
