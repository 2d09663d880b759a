namespace Orleans.Multiplex.Telemetry;

/// <summary>
/// The log categories and the ranges of event ids: one hundred for each room. They do not begin with <c>Orleans</c>, so that the usual
/// <c>"Orleans": "Warning"</c> in people's settings does not silence them. An id, once given, keeps its meaning.
/// </summary>
internal static class LogEvents
{
    public const string Loading = "Multiplex.Loading";
    public const string Residency = "Multiplex.Residency";
    public const string Storage = "Multiplex.Storage";
    public const string Grains = "Multiplex.Grains";
    public const string Execution = "Multiplex.Execution";
    public const string Hosting = "Multiplex.Hosting";

    public const int LoadingIds = 1000;
    public const int ResidencyIds = 1100;
    public const int StorageIds = 1200;
    public const int S3Ids = 1250;
    public const int GrainIds = 1300;
    public const int ExecutionIds = 1500;
    public const int HostingIds = 1600;
}
