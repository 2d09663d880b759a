using Orleans.Multiplex.Hosting.Cluster.Localhost;

namespace Orleans.Multiplex.Tests.Hosting;

public sealed class InMemoryMembershipTableTests : MembershipTableContract
{
    private readonly InMemoryMembershipTable _table = new("c");

    protected override async Task<IMembershipTable> JoinAsync()
    {
        await _table.InitializeMembershipTableAsync(true, Cancellation);
        return _table;
    }
}
