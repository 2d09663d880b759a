using Orleans.Multiplex.Calls;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>The memory of one request's inputs.</summary>
/// <param name="pool">Where it comes from, and where it is given back to.</param>
internal sealed class InputMemory(InputPool pool) : IInputMemory
{
    private byte[]? _first;
    private List<byte[]>? _others;
    private bool _isUnused;

    /// <summary>Memory for an input, with what was in it before.</summary>
    public Memory<byte> Rent(int bytes)
    {
        var memory = pool.Rent(bytes, out var block);
        if (block is not null)
        {
            if (_first is null)
            {
                _first = block;
            }
            else
            {
                (_others ??= []).Add(block);
            }
        }

        return memory;
    }

    public void SetUnused() => Volatile.Write(ref _isUnused, true);

    /// <summary>Gives it to other requests, if it is not used any more; called when the answer has been written, which may have a part of it.</summary>
    public void GiveBack()
    {
        if (Volatile.Read(ref _isUnused) && Interlocked.Exchange(ref _first, null) is { } first)
        {
            pool.Return(first);
            _others?.ForEach(pool.Return);
        }
    }
}
