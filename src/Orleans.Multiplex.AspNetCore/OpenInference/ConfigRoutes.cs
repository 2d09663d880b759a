using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary><c>GET /v2/models/{model}[/versions/{version}]/config</c>. It neither places, loads nor evicts.</summary>
internal static class ConfigRoutes
{
    private static readonly Operation GetConfig = new("getConfig", "Metadata", "A model's configuration")
    {
        Description = "Loads nothing. It is not known (503) while the model's file is large and no silo has fetched it: send the model a request, or load it.",
        Answer = "ModelConfig",
        Errors = ModelRoute.Errors,
        Examples =
        [
            new("model-1", "Model 1")
            {
                Answer = """{"name":"1","platform":"onnxruntime_onnx","backend":"onnxruntime","max_batch_size":0,"input":[{"name":"x","data_type":"TYPE_FP32","dims":[-1,3]}],"output":[{"name":"y","data_type":"TYPE_FP32","dims":[-1,3]}]}""",
            },
        ],
    };

    public static void MapModelConfig(this EndpointMap map)
    {
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/config", Right.Read, GetConfig, WriteAsync);
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/versions/{version}/config", Right.Read, GetConfig, WriteAsync);
    }

    private static async Task WriteAsync(IMultiplexClient client, HttpContext context)
    {
        var model = ModelRoute.Read(context);
        var description = await client.DescribeAsync(model.ToString(), context.RequestAborted);
        var config = ModelConfiguration.Of(description.Signature);
        await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", model.Id);
            json.WriteString("platform", config.Platform);
            json.WriteString("backend", config.Backend);
            json.WriteNumber("max_batch_size", ModelConfiguration.MaxBatchSize);
            WriteValues(json, "input", config.Inputs);
            WriteValues(json, "output", config.Outputs);
            json.WriteEndObject();
        });
    }

    private static void WriteValues(Utf8JsonWriter json, string property, IEnumerable<ConfiguredValue> values)
    {
        json.WriteStartArray(property);
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("name", value.Name);
            json.WriteString("data_type", value.DataType);

            // No sizes is the only way to say that their number is not known: [] is a scalar.
            if (!value.Dims.IsDefault)
            {
                json.WriteStartArray("dims");
                foreach (var size in value.Dims)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
            }

            if (value.IsOptional)
            {
                json.WriteBoolean("optional", true);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
