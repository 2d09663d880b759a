using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Valid bodies with seeded faults, sent over HTTP: whatever comes, the answer is a result or says what is wrong with the request.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
public sealed class MutantTests
{
    private const int Mutants = 12_000;

    private static readonly string[] Bodies =
    [
        """{"id":"r-17","parameters":{"priority":1,"timeout":250000},"inputs":[{"name":"X","shape":[2,4],"datatype":"FP32","data":[[5.1,3.5,1.4,0.2],[6.7,3.0,5.2,2.3]]}],"outputs":[{"name":"label"}]}""",
        """{"inputs":[{"data":[["ab","é"],["\u20ac\ud83d\ude00",""]],"datatype":"BYTES","name":"text","shape":[2,2]},{"name":"n","shape":[3],"datatype":"INT64","data":[-9223372036854775808,0,9007199254740993]}]}""",
        """{"inputs":[{"name":"h","datatype":"FP16","shape":[2],"data":[0.1,65504]},{"name":"b","datatype":"BF16","shape":[1,1],"data":[[1e-40]]},{"name":"f","datatype":"BOOL","shape":[],"data":[true]},{"name":"e","datatype":"UINT8","shape":[0],"data":[]}]}""",
    ];

    [Fact]
    public async Task Infer_MutatedBodies_AreAnsweredOrRefusedAndNeverFail()
    {
        await using var host = await HttpHost.StartAsync();
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        await Parallel.ForAsync(0, Mutants, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = HttpHost.Cancellation }, async (seed, token) =>
        {
            var body = Mutate(seed);
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await host.Http.PostAsync(new Uri("/v2/models/iris/infer", UriKind.Relative), content, token);
            var text = await response.Content.ReadAsStringAsync(token);
            statuses.AddOrUpdate(response.StatusCode, 1, static (_, count) => count + 1);

            var answer = JsonDocument.Parse(text).RootElement;
            var isFine = response.StatusCode == HttpStatusCode.OK
                ? answer.TryGetProperty("outputs", out _)
                : (int)response.StatusCode is >= 400 and < 500 && answer.GetProperty("error").GetString() is { Length: > 0 };
            Assert.True(isFine, $"Seed {seed}: {response.StatusCode} {text} for {Encoding.Latin1.GetString(body)}");
        });

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(0, host.InFlight.Charged);
        Assert.InRange(statuses[HttpStatusCode.OK], 100, Mutants / 2);
        Assert.InRange(statuses[HttpStatusCode.BadRequest], Mutants / 2, Mutants);
    }

    private static byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        return Mutation.Of(Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]), random);
    }
}
