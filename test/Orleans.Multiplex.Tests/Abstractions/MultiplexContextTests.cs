using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

public sealed class MultiplexContextTests
{
    [Fact]
    public void ModelId_OutsideARequest_IsEmpty() => Assert.Equal("", MultiplexContext.ModelId);

    [Fact]
    public void Enter_Nested_TheInnerIdHoldsUntilItIsLeft()
    {
        using (MultiplexContext.Enter("outer"))
        {
            var inner = MultiplexContext.Enter("inner");
            Assert.Equal("inner", MultiplexContext.ModelId);

            inner.Dispose();
            inner.Dispose();
            Assert.Equal("outer", MultiplexContext.ModelId);
        }

        Assert.Equal("", MultiplexContext.ModelId);
    }

    [Fact]
    public async Task Enter_ConcurrentFlows_EachSeesItsOwnIdAfterEachAwait()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            using var entered = MultiplexContext.Enter($"m{i}");
            for (var step = 0; step < 10; step++)
            {
                await Task.Yield();
                Assert.Equal($"m{i}", MultiplexContext.ModelId);
                await InnerAsync($"m{i}.{step}");
            }
        }))).Soon();

        Assert.Equal("", MultiplexContext.ModelId);

        static async Task InnerAsync(string id)
        {
            using var entered = MultiplexContext.Enter(id);
            await Task.Yield();
            Assert.Equal(id, MultiplexContext.ModelId);
        }
    }

    [Fact]
    public void Flow_WhileHeld_IsInTheRequestContextAndGoneAfterwards()
    {
        using (MultiplexContext.Enter("m"))
        {
            Assert.Null(RequestContext.Get(MultiplexContext.FlowKey));
            using (MultiplexContext.Flow())
            {
                Assert.Equal("m", RequestContext.Get(MultiplexContext.FlowKey));
            }

            Assert.Null(RequestContext.Get(MultiplexContext.FlowKey));
        }
    }

    [Fact]
    public void ModelId_IdThatFlowedIn_IsReadUnlessARequestHasItsOwn()
    {
        RequestContext.Set(MultiplexContext.FlowKey, "upstream");
        try
        {
            Assert.Equal("upstream", MultiplexContext.ModelId);
            using (MultiplexContext.Enter("own"))
            {
                Assert.Equal("own", MultiplexContext.ModelId);
                using (MultiplexContext.Flow())
                {
                    Assert.Equal("own", RequestContext.Get(MultiplexContext.FlowKey));
                }

                Assert.Equal("upstream", RequestContext.Get(MultiplexContext.FlowKey));
            }
        }
        finally
        {
            RequestContext.Remove(MultiplexContext.FlowKey);
        }
    }
}
