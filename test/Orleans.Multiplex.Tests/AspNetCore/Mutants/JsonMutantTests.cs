using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>JSON with seeded faults, sent over HTTP: whatever comes, the answer is a result or says what is wrong with the request.</summary>
[Collection(Alone.Name)]
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
public sealed class JsonMutantTests
{
    private static readonly string[] Requests =
    [
        """{"id":"r-17","parameters":{"priority":1,"timeout":250000},"inputs":[{"name":"X","shape":[2,4],"datatype":"FP32","data":[[5.1,3.5,1.4,0.2],[6.7,3.0,5.2,2.3]]}],"outputs":[{"name":"label"}]}""",
        """{"inputs":[{"data":[["ab","é"],["\u20ac\ud83d\ude00",""]],"datatype":"BYTES","name":"text","shape":[2,2]},{"name":"n","shape":[3],"datatype":"INT64","data":[-9223372036854775808,0,9007199254740993]}]}""",
        """{"inputs":[{"name":"h","datatype":"FP16","shape":[2],"data":[0.1,65504]},{"name":"b","datatype":"BF16","shape":[1,1],"data":[[1e-40]]},{"name":"f","datatype":"BOOL","shape":[],"data":[true]},{"name":"e","datatype":"UINT8","shape":[0],"data":[]}]}""",
    ];

    private static readonly (string Path, string Body)[] Calls =
    [
        ("index", """{"ready":false,"unknown":[1,{"a":2}]}"""),
        ("index", """{"ready":true}"""),
        ("models/team%2Firis/load", """{"parameters":{"priority":1}}"""),
        ("models/iris/load", """{"parameters":{"a":[],"config":"{\"max_batch_size\":32}","file:1/model.onnx":"AAAA"}}"""),
        ("models/iris/unload", """{"parameters":{"unload_dependents":false}}"""),
    ];

    [Fact]
    public Task Infer_MutatedBodies_AreAnsweredOrRefusedAndNeverFail() => InferAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Infer_AMillionMutatedBodies_AreAnsweredOrRefusedAndNeverFail() => InferAsync(MutantRun.Million);

    [Fact]
    public Task Repository_MutatedBodies_AreAnsweredOrRefusedAndNeverFail() => CallRepositoryAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Repository_AMillionMutatedBodies_AreAnsweredOrRefusedAndNeverFail() => CallRepositoryAsync(MutantRun.Million);

    private static async Task InferAsync(int count)
    {
        await using var host = await HttpHost.StartAsync(logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var body = Mutation.Json.Of(Encoding.UTF8.GetBytes(Requests[random.Next(Requests.Length)]), random);
            var reply = await host.SendMutantAsync("/v2/models/iris/infer", body);
            reply.CheckAnswer(body, static json => json.TryGetProperty("outputs", out _));
            return $"{reply.Status}";
        });
        host.Check(outcomes, count);
    }

    private static async Task CallRepositoryAsync(int count)
    {
        // The fake client notes each call.
        await using var host = await HttpHost.StartAsync(logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var (path, valid) = Calls[random.Next(Calls.Length)];
            var body = Mutation.Json.Of(Encoding.UTF8.GetBytes(valid), random);
            var reply = await host.SendMutantAsync($"/v2/repository/{path}", body);

            // Files and configurations are not supported, and said to be so.
            if (reply.Status == System.Net.HttpStatusCode.NotImplemented)
            {
                Assert.Contains("is not supported", reply.Error, StringComparison.Ordinal);
                return "not supported";
            }

            reply.CheckAnswer(body, json => path != "index" || json.GetArrayLength() == 0);
            return $"{reply.Status}";
        });
        host.Check(outcomes, count);
        Assert.InRange(outcomes["not supported"], count / 1000, count / 2);
    }
}
