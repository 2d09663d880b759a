using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class InvalidIdTests
{
    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a b")]
    [InlineData("iris/1")]
    [InlineData("a@0")]
    [InlineData("a@b")]
    [InlineData("a\nb")]
    public async Task Call_ByAPlainClient_GetsTheTypedErrorAndLoadsNothing(string id)
    {
        await using var cluster = await TestCluster.StartAsync();

        var error = await Assert.ThrowsAsync<InvalidModelIdException>(() => cluster.CallAsync(id).Soon());

        Assert.Equal(id.Replace('\n', '?'), error.ModelId);
        Assert.Empty(cluster.Models().Events.All);
        Assert.Equal(0, cluster.Charged());
    }

    [Fact]
    public async Task Call_LongAfterTheFirst_IsStillRefused()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);

        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<InvalidModelIdException>(() => cluster.CallAsync("a b").Soon());
            time.Advance(TimeSpan.FromMilliseconds(400));
        }

        Assert.Empty(cluster.Models().Events.All);
    }
}
