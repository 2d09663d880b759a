namespace Orleans.Multiplex.Residency;

/// <summary>Room claimed for one model until its load takes it.</summary>
/// <param name="claims">The claims of the silo.</param>
/// <param name="reservation">The room.</param>
/// <param name="madeAt">When it was claimed, as a timestamp of the silo's clock.</param>
internal sealed class RoomClaim(RoomClaims claims, Reservation reservation, long madeAt)
{
    private Reservation? _reservation = reservation;

    public long MadeAt => madeAt;

    /// <summary>Takes the room out, for the load; null when it has been given back.</summary>
    public Reservation? Take()
    {
        claims.Remove(this);
        return Interlocked.Exchange(ref _reservation, null);
    }

    /// <summary>Gives the room back, where it has not been taken.</summary>
    public void Release() => Take()?.Release();
}
