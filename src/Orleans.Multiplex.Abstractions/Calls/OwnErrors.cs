namespace Orleans.Multiplex;

/// <summary>
/// Tells errors of a model's own code from Orleans' of the same type: <see cref="TimeoutException"/> and <see cref="OrleansException"/>
/// itself. Orleans' say that the call did not get through, so that a new try makes sense; a model's belong to its caller. The mark is in
/// the error's data, which cross the wire with it.
/// </summary>
internal static class OwnErrors
{
    private const string Key = "multiplex.own";

    /// <summary>Whether an error is of a type that both throw.</summary>
    public static bool IsAmbiguous(Exception error) => error is TimeoutException or OperationCanceledException || error.GetType() == typeof(Runtime.OrleansException);

    /// <summary>Marks what left a model's code; does nothing to errors that cannot be taken for Orleans'.</summary>
    public static void Mark(Exception error)
    {
        if (IsAmbiguous(error) && !IsMarked(error) && !error.Data.IsReadOnly)
        {
            error.Data[Key] = true;
        }
    }

    /// <summary>Whether an error left a model's code.</summary>
    public static bool IsMarked(Exception error) => error.Data.Contains(Key);
}
