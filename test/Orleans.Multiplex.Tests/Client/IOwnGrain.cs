namespace Orleans.Multiplex.Tests.Client;

/// <summary>A multiplexed grain as an application might have it.</summary>
[Alias("multiplex.tests.IOwnGrain")]
public interface IOwnGrain : IGrainWithStringKey
{
    [Alias("Add")]
    Task<int> AddAsync(int number, CancellationToken cancellationToken = default);
}
