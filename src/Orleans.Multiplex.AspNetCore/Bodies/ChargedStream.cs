namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>A part of an answer whose length has to be known before it is sent, charged as it grows. The account keeps the charge.</summary>
/// <param name="account">What it is charged to.</param>
internal sealed class ChargedStream(BytesInFlight.Account account) : MemoryStream
{
    private int _charged;

    public override void Write(byte[] buffer, int offset, int count)
    {
        base.Write(buffer, offset, count);
        Charge();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        base.Write(buffer);
        Charge();
    }

    private void Charge()
    {
        account.ChargeAnyway(Capacity - _charged);
        _charged = Capacity;
    }
}
