namespace Orleans.Multiplex.Residency;

/// <summary>What people are told of a resident.</summary>
internal static class ResidentReport
{
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
