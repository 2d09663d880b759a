namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>The membership table of a silo that is a cluster of its own.</summary>
internal sealed class InMemoryMembershipTable(string clusterId) : MembershipTable(clusterId)
{
    private readonly Lock _gate = new();

    // Kept as text, so that no caller shares a row with the table.
    private string _text = MembershipDocument.Empty().Write();

    public override Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken = default) => Task.CompletedTask;

    protected override Task<T> StepAsync<T>(
        Func<MembershipDocument, (MembershipDocument Next, T Result)> step, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var (next, result) = step(MembershipDocument.Parse(_text));
            _text = next.Write();
            return Task.FromResult(result);
        }
    }
}
