using Orleans.Serialization.Invocation;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// The last enumerations that their callers have ended. Orleans says so by a call of its own, which may overtake the one that begins the
/// enumeration, as when a caller goes away at once. What began after its end would be ended by nobody, and keep the model leased.
/// Belongs to one activation, whose scheduler calls it.
/// </summary>
internal sealed class AbandonedStreams
{
    private const int Remembered = 64;

    private readonly Queue<Guid> _order = new();
    private readonly HashSet<Guid> _ended = [];

    /// <summary>Notes an end; refuses a beginning that comes after it.</summary>
    /// <exception cref="OperationCanceledException">The caller has ended the enumeration that begins.</exception>
    public void OnCall(IInvokable call)
    {
        if (call.GetInterfaceType() != typeof(IAsyncEnumerableGrainExtension) || call.GetArgumentCount() == 0 || call.GetArgument(0) is not Guid stream)
        {
            return;
        }

        var method = call.GetMethodName();
        if (method == nameof(IAsyncEnumerableGrainExtension.DisposeAsync))
        {
            Note(stream);
        }
        else if (method.StartsWith(nameof(IAsyncEnumerableGrainExtension.StartEnumeration), StringComparison.Ordinal) && _ended.Contains(stream))
        {
            throw new OperationCanceledException("The caller has ended the enumeration before it began.");
        }
    }

    private void Note(Guid stream)
    {
        if (!_ended.Add(stream))
        {
            return;
        }

        _order.Enqueue(stream);
        if (_order.Count > Remembered)
        {
            _ended.Remove(_order.Dequeue());
        }
    }
}
