using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orleans.Multiplex.Chaos.Traffic;

/// <summary>Asks as a client behind a load balancer does: a gateway that cannot be reached, or breaks off, is left for another one, within the request's time.</summary>
internal sealed class Caller(ChaosCluster cluster, TimeProvider time)
{
    private static readonly float[] Row = [1, 1, 1, 1];

    private readonly Dictionary<Uri, HttpClient> _clients = [];
    private int _turn;

    public async Task<Answer> AskAsync(int model, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var last = "";
        for (var tries = 0; tries < 4; tries++)
        {
            try
            {
                return await AskOneAsync(Next(), model, started, cancellationToken);
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                last = error.Message;
                await Task.Delay(TimeSpan.FromMilliseconds(20 * tries), time, cancellationToken);
            }
        }

        return new Answer(model, null, IsRight: false, IsCold: false, 0, time.GetElapsedTime(started), last);
    }

    private async Task<Answer> AskOneAsync(HttpClient http, int model, long started, CancellationToken cancellationToken)
    {
        var body = new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 4 }, data = Row } } };
        using var response = await http.PostAsJsonAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/v2/models/{model}/infer"), UriKind.Relative), body, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var isCold = response.Headers.TryGetValues("x-multiplex-cold", out var cold) && cold.Single() == "true";
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new Answer(model, response.StatusCode, IsRight: false, isCold, 0, time.GetElapsedTime(started), text);
        }

        var (version, isRight) = Check(model, text);
        return new Answer(model, response.StatusCode, isRight, isCold, version, time.GetElapsedTime(started), isRight ? "" : text);
    }

    private static (long Version, bool IsRight) Check(int model, string text)
    {
        try
        {
            var answer = JsonDocument.Parse(text).RootElement;
            var version = long.Parse(answer.GetProperty("model_version").GetString()!, CultureInfo.InvariantCulture);
            var added = answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(static y => (int)Math.Round(y.GetDouble() - Row[0]));
            return (version, added.SequenceEqual(Enumerable.Repeat(ModelBucket.GetAdded(model, version), Row.Length)));
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            return (0, false);
        }
    }

    private HttpClient Next()
    {
        var gateways = cluster.Gateways;
        var gateway = gateways[_turn++ % gateways.Count];
        if (!_clients.TryGetValue(gateway.Address, out var http))
        {
            _clients[gateway.Address] = http = gateway.CreateClient();
        }

        return http;
    }
}
