using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class InferPriorityTests
{
    public static TheoryData<InferParameter?, int> Priorities => new()
    {
        { null, 0 },
        { new() { Int64Param = 0 }, 0 },
        { new() { Int64Param = 3 }, 3 },
        { new() { Uint64Param = 4 }, 4 },
        { new() { Int64Param = long.MaxValue }, int.MaxValue },
        { new() { Uint64Param = ulong.MaxValue }, int.MaxValue },
    };

    [Fact]
    public async Task Infer_Priority_ReachesTheClient()
    {
        await using var host = await GrpcHost.StartAsync();

        foreach (var row in Priorities)
        {
            var (parameter, expected) = row.Data;
            var request = GrpcHost.Raw("INT8", [1], [1]);
            if (parameter is not null)
            {
                request.Parameters["priority"] = parameter;
            }

            await host.InferAsync(request);

            Assert.Equal(expected, host.Fake.Last!.Value.Options.Priority);
        }
    }
}
