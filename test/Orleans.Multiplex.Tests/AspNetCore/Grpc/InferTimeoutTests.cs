using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class InferTimeoutTests
{
    [Theory]
    [InlineData(null, null, null)]
    [InlineData(2, null, 2)]
    [InlineData(0, null, null)]
    [InlineData(null, 3, 3)]
    [InlineData(2, 3, 2)]
    [InlineData(4, 3, 3)]
    [InlineData(0, 3, 3)]
    [InlineData(null, 3600, 600)]
    [InlineData(700, 3600, 600)]
    [InlineData(700, null, 700)]
    public void Read_ParameterAndDeadline_IsTheSmallerAndNoDeadlineAsksForTooMuch(int? parameter, int? deadline, int? expected)
    {
        var time = new FakeTimeProvider();
        var at = deadline is { } seconds ? time.GetUtcNow().UtcDateTime.AddSeconds(seconds) : DateTime.MaxValue;
        using var account = new BytesInFlight(Options.Create(new Orleans.Multiplex.AspNetCore.MultiplexHttpOptions())).Open("iris");
        var scope = new ReadScope("iris", 0, 1, account);
        var timeout = new InferTimeout(time, Options.Create(new MultiplexClientOptions { MaxRequestTimeout = TimeSpan.FromMinutes(10) }));

        foreach (var value in new[] { new InferParameter { Int64Param = 1_000_000L * (parameter ?? 0) }, new() { Uint64Param = 1_000_000UL * (ulong)(parameter ?? 0) } })
        {
            var request = new ModelInferRequest();
            if (parameter is not null)
            {
                request.Parameters["timeout"] = value;
            }

            Assert.Equal(expected is { } wanted ? TimeSpan.FromSeconds(wanted) : null, timeout.Read(request, at, scope));
        }
    }
}
