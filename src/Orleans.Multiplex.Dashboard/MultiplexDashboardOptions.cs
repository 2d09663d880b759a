namespace Orleans.Multiplex.Dashboard;

/// <summary>Settings of the dashboard; section <c>Multiplex:Dashboard</c>.</summary>
public sealed class MultiplexDashboardOptions
{
    /// <summary>
    /// Whether there is a dashboard in this process, Orleans' own among it. Read from the settings alone, since pages are mapped before options are made. Default: true.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Whether Orleans' own dashboard is there too, for grains and silos as Orleans sees them. Its figures are collected on every silo, whether or not somebody looks. Default: true.
    /// </summary>
    public bool Orleans { get; set; } = true;

    /// <summary>
    /// Whether Orleans' own dashboard measures the calls of grains: how many, how long, how many failed, by method. It does that in a filter of every call of the silo. Default: false.
    /// </summary>
    public bool ProfileGrains { get; set; }
}
