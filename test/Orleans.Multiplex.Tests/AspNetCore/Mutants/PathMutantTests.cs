using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>Paths and model ids with seeded faults: an id that gets through is one in its one form.</summary>
[Collection(Alone.Name)]
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
public sealed class PathMutantTests
{
    private static readonly (HttpMethod Method, string Path)[] Calls =
    [
        (HttpMethod.Get, "/v2/models/iris"),
        (HttpMethod.Get, "/v2/models/team-a%2Firis_v2.onnx:x/versions/3/ready"),
        (HttpMethod.Get, "/v2/models/iris@3/config"),
        (HttpMethod.Get, "/v2/models/iris/versions/12/stats"),
        (HttpMethod.Post, "/v2/models/a%2f1%2Fb/versions/3/infer"),
        (HttpMethod.Post, "/v2/repository/models/team%2Firis/load"),
        (HttpMethod.Post, "/v2/repository/index?limit=10&after=iris"),
        (HttpMethod.Get, "/multiplex/models/team%2Firis"),
        (HttpMethod.Post, "/multiplex/models/iris/unpin"),
    ];

    private static readonly string[] Ids = ["iris", "team-a/iris_v2.onnx:x", "a/1/b", "iris@3", "1@1", "..."];

    [Fact]
    public Task Paths_Mutated_AreAnsweredOrRefusedAndNeverFail() => SendAsync(MutantRun.Usual);

    [Fact(Explicit = true)]
    public Task Paths_AMillionMutated_AreAnsweredOrRefusedAndNeverFail() => SendAsync(MutantRun.Million);

    [Fact]
    public Task Ids_AMillionMutated_AreReadInTheirOneFormOrRefused() => MutantRun.SendAsync(MutantRun.Million, static random =>
    {
        var text = Encoding.Latin1.GetString(Mutation.Path.Of(Encoding.Latin1.GetBytes(Ids[random.Next(Ids.Length)]), random));
        if (ModelKey.TryParse(text, out var key, out var fault))
        {
            Assert.Equal(text, key.ToString());
            CheckId(text);
            return Task.FromResult("ids");
        }

        Assert.NotEmpty(fault);
        return Task.FromResult("none");
    });

    private static async Task SendAsync(int count)
    {
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient
            {
                OnDescribe = static model => FakeMultiplexClient.Describe(CheckId(model)),
                OnGetModel = static model => FakeMultiplexClient.Report(CheckId(model)),
                OnControl = static (_, model) => Task.FromResult(CheckId(model)),
                OnInfer = static (model, inputs, _, _) => Task.FromResult(FakeMultiplexClient.Answer(CheckId(model).Length > 0 ? inputs : [])),
            },
            logged: LogLevel.Warning);
        var outcomes = await MutantRun.SendAsync(count, async random =>
        {
            var (method, path) = Calls[random.Next(Calls.Length)];

            // What cannot stand in a request line goes encoded; the slash in front makes it one.
            var mutant = string.Concat(Mutation.Path.Of(Encoding.ASCII.GetBytes(path[1..]), random)
                .Select(static value => value is > 0x20 and < 0x7F ? $"{(char)value}" : $"%{value.ToString("X2", CultureInfo.InvariantCulture)}"));
            using var request = new HttpRequestMessage(
                method, new Uri($"{host.Address}{mutant}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            request.Headers.Add("x-multiplex-control", "1");
            request.Content = method == HttpMethod.Post ? new ByteArrayContent("""{"inputs":[]}"""u8.ToArray()) : null;
            using var response = await host.Http.SendAsync(request, HttpHost.Cancellation);
            var reply = await Reply.ReadAsync(response);

            // The server itself refuses paths that it cannot decode, without a body.
            Assert.True(
                reply.Status == HttpStatusCode.OK || ((int)reply.Status is >= 400 and < 500 && (reply.Bytes.IsEmpty || reply.Error.Length > 0)),
                $"{reply.Status} {reply.Text} for {request.RequestUri}");
            return $"{reply.Status}";
        });
        host.Check(outcomes, count, "NotFound");
        Assert.InRange(outcomes["BadRequest"], count / 100, count);
    }

    // Written by other means than the code under test.
    private static string CheckId(string text)
    {
        var id = text.Split('@')[0];
        Assert.Matches(@"^[A-Za-z0-9._:-]+(/[A-Za-z0-9._:-]+)*$(?<!\n)", id);
        Assert.DoesNotContain(id.Split('/'), static segment => segment is "." or "..");
        Assert.InRange(id.Length, 1, 256);
        return text;
    }
}
