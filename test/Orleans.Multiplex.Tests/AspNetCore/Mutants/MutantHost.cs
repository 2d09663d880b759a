using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>Sends mutants to a server, and looks at what came of them.</summary>
internal static class MutantHost
{
    public static async Task<Reply> SendMutantAsync(this HttpHost host, string path, byte[] body, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("x-multiplex-control", "1");
        change?.Invoke(request);
        using var response = await host.Http.SendAsync(request, HttpHost.Cancellation);
        return await Reply.ReadAsync(response);
    }

    /// <summary>Checks that an answer is one, or says in the protocol's form what is wrong with the request.</summary>
    public static void CheckAnswer(this Reply reply, byte[] body, Func<JsonElement, bool> isAnswer)
    {
        var isFine = reply.Status == HttpStatusCode.OK
            ? reply.Bytes.IsEmpty || isAnswer(reply.Json)
            : (int)reply.Status is >= 400 and < 500 && reply.Error.Length > 0;
        Assert.True(isFine, $"{reply.Status} {reply.Text} for {Encoding.Latin1.GetString(body)}");
    }

    /// <summary>Checks after all mutants that the server is as before, and that there were those that passed and those that did not.</summary>
    public static void Check(this HttpHost host, IReadOnlyDictionary<string, int> outcomes, int count, string refused = "BadRequest")
    {
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal(0, host.InFlight.Charged);
        Assert.InRange(outcomes["OK"], count / 120, count * 9 / 10);
        Assert.InRange(outcomes[refused], count / 10, count);
    }
}
