namespace Orleans.Multiplex.Storage;

/// <summary>
/// A kind of store that a package brings. <c>Multiplex:Models</c> names it by the scheme of its address; without a scheme it is a folder.
/// </summary>
internal interface IModelStoreScheme
{
    /// <summary>What stands before <c>://</c>, in lower case.</summary>
    string Scheme { get; }

    /// <summary>What an address of this kind must be, for whoever reads that theirs is not; null when it is one.</summary>
    string? FindFault(string address);

    /// <summary>Makes the store of an address without a fault. Asks nobody for anything yet.</summary>
    IModelStore Create(string address);
}
