namespace Orleans.Multiplex.Hosting.Localhost;

/// <summary>Orleans' membership contract on a <see cref="MembershipDocument"/>; where the document is kept is for the derived class.</summary>
internal abstract class MembershipTable(string clusterId) : IMembershipTable
{
    protected string ClusterId { get; } = clusterId;

    public abstract Task InitializeMembershipTable(bool tryInitTableVersion);

    public virtual Task<MembershipTableData> ReadAll() => StepAsync(document => (document, document.ToData()));

    public Task<MembershipTableData> ReadRow(SiloAddress key) => StepAsync(document => (document, document.ToData(key)));

    public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) =>
        TryAsync(document => document.Insert(entry, tableVersion));

    public Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) =>
        TryAsync(document => document.Update(entry, etag, tableVersion));

    public Task UpdateIAmAlive(MembershipEntry entry) =>
        TryAsync(document => document.SignOfLife(entry.SiloAddress, entry.IAmAliveTime));

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        TryAsync(document => document.WithoutDefunct(beforeDate.UtcDateTime));

    public Task DeleteMembershipTableEntries(string clusterId) =>
        TryAsync(document => clusterId == ClusterId ? MembershipDocument.Empty() : null);

    /// <summary>
    /// Takes the document one step on, alone in all processes. The document and what it holds are the step's own; what it returns is kept if it is another.
    /// </summary>
    protected abstract Task<T> StepAsync<T>(Func<MembershipDocument, (MembershipDocument Next, T Result)> step);

    private Task<bool> TryAsync(Func<MembershipDocument, MembershipDocument?> change) =>
        StepAsync(document => change(document) is { } next ? (next, true) : (document, false));
}
