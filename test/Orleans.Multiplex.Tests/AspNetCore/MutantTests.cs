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

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e999", "-1", "99999999999999999999", "0.5", "\"data\"", "\"shape\":[1099511627776]",
        "\"inputs\":[", "\\u0000", "\\ud800", "[[[[[[[[", "NaN", "\"datatype\":\"FP64\",", "/*", "\u0000", "\uFEFF",
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
        var body = new List<byte>(Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]));
        for (var faults = random.Next(1, 4); faults > 0 && body.Count > 0; faults--)
        {
            var at = random.Next(body.Count);
            var length = random.Next(1, Math.Min(20, body.Count - at) + 1);
            switch (random.Next(7))
            {
                case 0: body[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: body[at] = (byte)random.Next(256); break;
                case 2: body.RemoveRange(at, length); break;
                case 3: body.InsertRange(random.Next(body.Count), body.GetRange(at, length)); break;
                case 4: body.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 5: body.RemoveRange(at, body.Count - at); break;
                default: ReplaceDigits(body, at, random); break;
            }
        }

        return [.. body];
    }

    private static void ReplaceDigits(List<byte> body, int at, Random random)
    {
        var digit = body.FindIndex(at, static value => value is >= (byte)'0' and <= (byte)'9');
        if (digit >= 0)
        {
            body.RemoveAt(digit);
            body.InsertRange(digit, Encoding.ASCII.GetBytes(random.Next(3) == 0 ? "1099511627776" : $"{random.Next(10)}"));
        }
    }
}
