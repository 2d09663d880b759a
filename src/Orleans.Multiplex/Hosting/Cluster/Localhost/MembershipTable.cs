namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>Orleans' membership contract on a <see cref="MembershipDocument"/>; where the document is kept is for the derived class.</summary>
internal abstract class MembershipTable(string clusterId) : IMembershipTable
{
    protected string ClusterId { get; } = clusterId;

    public abstract Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default);

    public virtual Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken = default) =>
        StepAsync(document => (document, document.ToData()), cancellationToken);

    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken = default) =>
        StepAsync(document => (document, document.ToData(key)), cancellationToken);

    public Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        TryAsync(document => document.Insert(entry, tableVersion), cancellationToken);

    public Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken = default) =>
        TryAsync(document => document.Update(entry, etag, tableVersion), cancellationToken);

    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken = default) =>
        TryAsync(document => document.SignOfLife(entry.SiloAddress, entry.IAmAliveTime), cancellationToken);

    public Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken = default) =>
        TryAsync(document => document.WithoutDefunct(beforeDate.UtcDateTime), cancellationToken);

    public Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken = default) =>
        TryAsync(document => clusterId == ClusterId ? MembershipDocument.Empty() : null, cancellationToken);

    // The contract's former methods, which have no cancellation; Orleans still asks each implementation for them.
    Task IMembershipTable.InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion);

    Task<MembershipTableData> IMembershipTable.ReadAll() => ReadAllAsync();

    Task<MembershipTableData> IMembershipTable.ReadRow(SiloAddress key) => ReadRowAsync(key);

    Task<bool> IMembershipTable.InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion);

    Task<bool> IMembershipTable.UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion);

    Task IMembershipTable.UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry);

    Task IMembershipTable.CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate);

    Task IMembershipTable.DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId);

    /// <summary>
    /// Takes the document one step on, alone in all processes. The document and what it holds are the step's own; what it returns is kept if it is another.
    /// </summary>
    protected abstract Task<T> StepAsync<T>(Func<MembershipDocument, (MembershipDocument Next, T Result)> step, CancellationToken cancellationToken);

    private Task<bool> TryAsync(Func<MembershipDocument, MembershipDocument?> change, CancellationToken cancellationToken) =>
        StepAsync(document => change(document) is { } next ? (next, true) : (document, false), cancellationToken);
}
