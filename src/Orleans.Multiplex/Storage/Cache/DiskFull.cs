namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Tells a full disk from other faults of one.</summary>
internal static class DiskFull
{
    // What .NET says of a file for which it cannot set room aside; it gives no number of the system's.
    private const int CannotSetAside = unchecked((int)0x80131620);

    /// <summary>A fault that says it.</summary>
    public static IOException Make() => new("The disk is full.", CannotSetAside);

    /// <summary>Whether a fault says that the disk, or the user's share of it, is full.</summary>
    public static bool Is(Exception fault)
    {
        const int NoSpace = 28;
        const int QuotaOnLinux = 122;
        const int QuotaOnMac = 69;
        const int WindowsDiskFull = unchecked((int)0x80070070);
        const int WindowsHandleDiskFull = unchecked((int)0x80070027);
        return fault.GetType() == typeof(IOException) && fault.HResult is NoSpace or QuotaOnLinux or QuotaOnMac or WindowsDiskFull or WindowsHandleDiskFull or CannotSetAside;
    }
}
