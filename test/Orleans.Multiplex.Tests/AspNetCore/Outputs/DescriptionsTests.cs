using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.AspNetCore.Outputs;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Outputs;

/// <summary>What a request costs that cannot be read or answered without the model's description.</summary>
public sealed class DescriptionsTests
{
    private const string Labels = """{"inputs":[],"outputs":[{"name":"scores.labels"}],"parameters":{"timeout":3000000}}""";

    [Fact]
    public async Task WarmRequests_OfOneSecond_AskOnce()
    {
        var time = new FakeTimeProvider();
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Label, Scores.Rows), time: time);

        (await host.InferAsync(Labels)).IsOk();
        time.Advance(TimeSpan.FromSeconds(0.999));
        (await host.InferAsync(Labels)).IsOk();
        Assert.Equal(["iris"], host.Fake.Described);
        time.Advance(TimeSpan.FromSeconds(0.001));
        (await host.InferAsync(Labels)).IsOk();
        (await host.InferAsync("""{"inputs":[]}""")).IsOk();

        Assert.Equal(["iris", "iris"], host.Fake.Described);
    }

    [Fact]
    public async Task Description_ThatTakesTime_TakesItFromTheRequest()
    {
        var time = new FakeTimeProvider();
        var fake = Scores.Client(Scores.Label, Scores.Rows);
        fake.BeforeDescribing = _ =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return Task.CompletedTask;
        };
        await using var host = await HttpHost.StartAsync(fake, time: time);

        (await host.InferAsync(Labels)).IsOk();

        Assert.Equal(TimeSpan.FromSeconds(1), fake.Last!.Value.Options.Timeout);
    }

    [Theory]
    [InlineData(Labels, null)]
    [InlineData("", "0")]
    public async Task Description_ThatIsNotKnownBeforeTheModelIsLoaded_LoadsIt(string body, string? header)
    {
        var fake = Scores.Client(Scores.Label, Scores.Rows);
        var describe = fake.OnDescribe;
        fake.OnDescribe = model => fake.Controls.Contains("load iris") ? describe(model) : throw ModelLoadingException.OfUnread(model, 20L << 30);
        await using var host = await HttpHost.StartAsync(fake);

        var answer = await host.SendBytesAsync(System.Text.Encoding.UTF8.GetBytes(body), header);

        // The body without JSON is refused for what the model takes, which is known then.
        Assert.Equal(header is null ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["load iris"], fake.Controls);
    }

    [Theory]
    [InlineData(Labels, null, 3)]
    [InlineData("", "0", 60)]
    public async Task Description_ThatDoesNotCome_EndsTheRequestAtItsTime(string body, string? length, int seconds)
    {
        var time = new FakeTimeProvider();
        var fake = Scores.Client(Scores.Label, Scores.Rows);
        fake.BeforeDescribing = token =>
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            return Task.Delay(Timeout.InfiniteTimeSpan, time, token);
        };
        await using var host = await HttpHost.StartAsync(fake, time: time);

        (await host.SendBytesAsync(System.Text.Encoding.UTF8.GetBytes(body), length)).IsError(HttpStatusCode.GatewayTimeout, "waiting for what the model takes and gives");

        Assert.Null(fake.Last);
    }

    [Fact]
    public async Task Descriptions_OfManyModels_AreAskedForAndNotAllKept()
    {
        var time = new FakeTimeProvider();
        var fake = new FakeMultiplexClient();
        var descriptions = new Descriptions(fake, time, Options.Create(new MultiplexClientOptions()));

        for (var i = 0; i <= Descriptions.MaxKept; i++)
        {
            await descriptions.GetAsync($"m{i}", descriptions.Start(null), HttpHost.Cancellation);
        }

        await descriptions.GetAsync($"m{Descriptions.MaxKept}", descriptions.Start(null), HttpHost.Cancellation);
        await descriptions.GetAsync("m0", descriptions.Start(null), HttpHost.Cancellation);
        Assert.Equal(Descriptions.MaxKept + 2, fake.Described.Count);
    }
}
