namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>What the steps of a load are called.</summary>
internal static class LoadSteps
{
    public const string Turn = "wait for turn";

    public const string Fetch = "fetch files";

    /// <summary>To read what the version says of itself, and to estimate its size.</summary>
    public const string Read = "read settings";

    public const string Check = "check model";

    public const string Reserve = "reserve room";

    public const string Open = "open model";

    public const string Measure = "measure model";

    public const string WarmUp = "warm up model";
}
