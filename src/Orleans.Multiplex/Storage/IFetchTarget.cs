namespace Orleans.Multiplex.Storage;

/// <summary>
/// Takes the bytes of a file as they arrive. Its calls may come from several threads at once and in any order; a target that cannot take
/// more, for instance because the disk is full, throws, and the store lets that pass.
/// </summary>
public interface IFetchTarget
{
    /// <summary>Takes bytes. The memory is the store's again when the call has ended.</summary>
    /// <param name="offset">Where they stand in the file.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);
}
