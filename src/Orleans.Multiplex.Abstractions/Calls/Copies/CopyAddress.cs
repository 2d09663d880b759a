namespace Orleans.Multiplex.Calls.Copies;

/// <summary>Where a copy of a model is, in the form of its grain's key.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Model">The model as callers name it.</param>
internal readonly record struct CopyAddress(SiloAddress Silo, string Model)
{
    // It is in no silo's address.
    private const char Separator = ' ';

    /// <summary>Reads a key; false where it is none.</summary>
    public static bool TryParse(string key, out CopyAddress address)
    {
        var end = key.IndexOf(Separator, StringComparison.Ordinal);
        try
        {
            address = end > 0 ? new CopyAddress(SiloAddress.FromParsableString(key[..end]), key[(end + 1)..]) : default;
            return end > 0;
        }
        catch (Exception error) when (error is FormatException or ArgumentException or OverflowException)
        {
            address = default;
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Silo.ToParsableString() + Separator + Model;
}
