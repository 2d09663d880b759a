namespace Orleans.Multiplex.Residency;

/// <summary>
/// The place of a use in the order of a silo's uses. Its number alone tells the uses here apart; those that models bring from other silos share the number of the use before
/// them, and are told apart by when they were.
/// </summary>
/// <param name="Number">Grows with each use.</param>
/// <param name="At">The timestamp.</param>
internal readonly record struct UseOrder(long Number, long At) : IComparable<UseOrder>
{
    public int CompareTo(UseOrder other) => Number != other.Number ? Number.CompareTo(other.Number) : At.CompareTo(other.At);
}
