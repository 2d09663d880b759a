namespace Orleans.Multiplex.Residency;

/// <summary>What a silo tells of its residents to people.</summary>
internal static class ResidentReports
{
    public static ResidentModel Report(this Resident resident) => new()
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
        Fetch = resident.ReportFetch(),
        Newer = resident.ReportNewer(),
    };
}
