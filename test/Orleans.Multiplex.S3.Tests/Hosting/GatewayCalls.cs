using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Hosting;

/// <summary>Requests to the sample models: one, two and three.</summary>
internal static class GatewayCalls
{
    public static async Task<double[]> InferAsync(HttpClient client, string model)
    {
        using var response = await PostAsync(client, model);
        return await ReadAsync(response);
    }

    public static async Task<double[]> ReadAsync(HttpResponseMessage response)
    {
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return [.. answer.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(static value => value.GetDouble())];
    }

    public static Task<HttpResponseMessage> PostAsync(HttpClient client, string model) => client.PostAsJsonAsync(
        $"v2/models/{model}/infer", new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 3 }, data = new[] { 1, 2, 3 } } } }, TestContext.Current.CancellationToken);
}
