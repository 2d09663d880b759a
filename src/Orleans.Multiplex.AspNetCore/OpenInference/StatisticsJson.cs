using System.Globalization;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Writes statistics as the protocol has them. There is no cache of answers, so nothing hits or misses it.</summary>
internal static class StatisticsJson
{
    public static async Task WriteAsync(Utf8JsonWriter json, IEnumerable<ModelStatistics> statistics, Func<ValueTask> flush)
    {
        json.WriteStartObject();
        json.WriteStartArray("model_stats");
        foreach (var model in statistics)
        {
            Write(json, model);
            await flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A version as text; empty where it is not known.</summary>
    public static string Name(long version) => version == 0 ? "" : version.ToString(CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, ModelStatistics model)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Model);
        json.WriteString("version", Name(model.Version));
        json.WriteNumber("last_inference", model.LastInference?.ToUnixTimeMilliseconds() ?? 0);
        json.WriteNumber("inference_count", model.InferenceCount);
        json.WriteNumber("execution_count", model.ExecutionCount);
        json.WriteStartObject("inference_stats");
        Write(json, "success", model.Success);
        Write(json, "fail", model.Fail);
        Write(json, "queue", model.Queue);
        WriteCompute(json, model.ComputeInput, model.ComputeInfer, model.ComputeOutput);
        Write(json, "cache_hit", default);
        Write(json, "cache_miss", default);
        json.WriteEndObject();
        json.WriteStartObject("response_stats");
        json.WriteEndObject();
        json.WriteStartArray("batch_stats");
        foreach (var batch in model.Batches)
        {
            json.WriteStartObject();
            json.WriteNumber("batch_size", batch.BatchSize);
            WriteCompute(json, batch.ComputeInput, batch.ComputeInfer, batch.ComputeOutput);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("memory_usage");
        if (model.Bytes > 0)
        {
            json.WriteStartObject();
            json.WriteString("type", "CPU");
            json.WriteNumber("id", 0);
            json.WriteNumber("byte_size", model.Bytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteCompute(Utf8JsonWriter json, CountedTime input, CountedTime infer, CountedTime output)
    {
        Write(json, "compute_input", input);
        Write(json, "compute_infer", infer);
        Write(json, "compute_output", output);
    }

    private static void Write(Utf8JsonWriter json, string property, CountedTime time)
    {
        json.WriteStartObject(property);
        json.WriteNumber("count", time.Count);
        json.WriteNumber("ns", time.Nanoseconds);
        json.WriteEndObject();
    }
}
