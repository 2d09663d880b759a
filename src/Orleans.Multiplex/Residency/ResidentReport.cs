namespace Orleans.Multiplex.Residency;

/// <summary>What people are told of a resident.</summary>
internal static class ResidentReport
{
    /// <summary>How far the fetch of its files is; null when none is under way.</summary>
    public static FetchReport? ReportFetch(this Resident resident) => resident.State == ResidentState.Fetching ? resident.Fetch?.Read() : null;

    public static ResidentModel Of(Resident resident) => new()
    {
        Model = resident.Key.ModelId,
        Version = resident.Key.Version,
        State = resident.State,
        Bytes = resident.Reservation?.Bytes ?? 0,
        MappedBytes = resident.Reservation?.MappedBytes ?? 0,
        Age = resident.Age,
        Hits = resident.Hits,
        InFlight = resident.Gate.Users,
        LoadTime = resident.LoadTime,
        IsPinned = resident.IsPinned,
        IsCopy = resident.Holders.AreCopies(),
        Fetch = resident.ReportFetch(),
        Newer = resident.ReportNewer(),
    };
}
