using System.Net.Http.Json;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Traces;

/// <summary>Calls over HTTP by somebody who has a trace.</summary>
internal static class TracedCall
{
    /// <summary>The caller's own span, which nobody sends.</summary>
    public const string Caller = "00f067aa0ba902b7";

    public static object Tensors { get; } = new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 4 }, data = new[] { 1, 2, 3, 4 } } } };

    public static string NewTraceId() => Guid.NewGuid().ToString("N");

    /// <summary>The header of a trace.</summary>
    public static string Header(string traceId, bool isRecorded = true) => $"00-{traceId}-{Caller}-{(isRecorded ? "01" : "00")}";

    public static async Task<HttpResponseMessage> PostAsync(HttpClient http, string path, string model, string traceId, object body, bool isRecorded = true)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("serve_multiplexed_model_id", model);
        request.Headers.Add("traceparent", Header(traceId, isRecorded));
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
