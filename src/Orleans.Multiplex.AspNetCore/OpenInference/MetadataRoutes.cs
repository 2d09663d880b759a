using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the server and its models are: <c>GET /v2</c>, <c>GET /v2/models/{model}</c> and its <c>/ready</c>. None of them places, loads or evicts.</summary>
internal static class MetadataRoutes
{
    private static readonly Operation GetServer = new("getServer", "Server", "What the server is")
    {
        Answer = "ServerMetadata",
        Examples =
        [
            new("server", "The server")
            {
                Answer = """{"name":"orleans-multiplex","version":"0.1.0","extensions":["binary_tensor_data","model_configuration","model_repository","schedule_policy","statistics"]}""",
            },
        ],
    };

    private static readonly Operation GetModel = new("getModel", "Metadata", "What a model takes and gives")
    {
        Description = "Loads nothing. It is not known (503) while the model's file is large and no silo has fetched it: send the model a request, or load it.",
        Answer = "ModelMetadata",
        Errors = ModelRoute.Errors,
        Examples =
        [
            new("model-1", "Model 1")
            {
                Answer = """{"name":"1","versions":["1"],"platform":"onnx_onnxv1","inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,3]}]}""",
            },
            Unknown,
        ],
    };

    private static readonly Operation GetReady = new("isModelReady", "Metadata", "Whether a model would answer")
    {
        Description = "A model that is not resident is ready, too, if nothing speaks against its load.",
        Answer = "ModelReady",
        Headers = [ModelReadiness.StateHeader],
        ErrorsWithHeaders = [StatusCodes.Status404NotFound],
        AnswersWhenUnavailable = true,
        Errors = [.. ErrorStatuses.OfModel, StatusCodes.Status404NotFound],
        Examples = [new("model-1", "Model 1") { Answer = """{"name":"1","ready":true}""" }, Unknown],
    };

    private static Example Unknown => new("unknown-model", "A model that is not there")
    {
        Parameters = new Dictionary<string, string> { ["model"] = "nowhere" },
        Status = StatusCodes.Status404NotFound,
        Answer = """{"error":"There is no model 'nowhere': the store has no nowhere/model.onnx and no nowhere/<version>/model.onnx."}""",
    };

    public static void MapModelMetadata(this EndpointMap map)
    {
        map.Map(HttpMethods.Get, "/v2", Right.Read, GetServer, WriteServerAsync);
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}", Right.Read, GetModel, WriteModelAsync);
        map.Map<IMultiplexClient>(HttpMethods.Get, "/v2/models/{model}/versions/{version}", Right.Read, GetModel, WriteModelAsync);
        map.Map<ModelReadiness>(HttpMethods.Get, "/v2/models/{model}/ready", Right.Read, GetReady, WriteReadyAsync);
        map.Map<ModelReadiness>(HttpMethods.Get, "/v2/models/{model}/versions/{version}/ready", Right.Read, GetReady, WriteReadyAsync);
    }

    private static Task WriteServerAsync(HttpContext context) => JsonBody.WriteAsync(context, StatusCodes.Status200OK, static json =>
    {
        json.WriteStartObject();
        json.WriteString("name", ServerDescription.Name);
        json.WriteString("version", ServerDescription.Version);
        json.WriteStartArray("extensions");
        foreach (var extension in ServerDescription.HttpExtensions)
        {
            json.WriteStringValue(extension);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static async Task WriteModelAsync(IMultiplexClient client, HttpContext context)
    {
        var model = ModelRoute.Read(context);
        var description = await client.DescribeAsync(model.ToString(), context.RequestAborted);
        await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", model.Id);
            json.WriteStartArray("versions");
            foreach (var version in description.Versions)
            {
                json.WriteStringValue(version.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteEndArray();
            json.WriteString("platform", description.Signature.Platform);
            WriteValues(json, "inputs", description.Signature.Inputs);
            WriteValues(json, "outputs", TensorSpecs.List(description.Signature.Outputs));
            json.WriteEndObject();
        });
    }

    private static void WriteValues(Utf8JsonWriter json, string property, IEnumerable<ValueSpec> values)
    {
        json.WriteStartArray(property);
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("name", value.Name);
            json.WriteString("datatype", value.Type?.GetProtocolName() ?? "UNKNOWN");

            // No shape is the only way to say that the number of dimensions is not known: [] is a scalar. What is no tensor has none.
            if (value is { Kind: ValueKind.Tensor, Shape.IsDefault: false })
            {
                json.WriteStartArray("shape");
                foreach (var dimension in value.Shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
            }

            WriteParameters(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter json, ValueSpec value)
    {
        if (value is { Kind: ValueKind.Tensor, IsOptional: false })
        {
            return;
        }

        json.WriteStartObject("parameters");
        if (value.Kind != ValueKind.Tensor)
        {
            json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(value.Kind.ToString()));
        }

        if (value.IsOptional)
        {
            json.WriteBoolean("optional", true);
        }

        json.WriteEndObject();
    }

    private static async Task WriteReadyAsync(ModelReadiness readiness, HttpContext context)
    {
        var model = ModelRoute.Read(context);
        ModelReadiness.Answer answer;
        try
        {
            answer = await readiness.AskAsync(model, context.RequestAborted);
        }
        catch (ModelNotFoundException error)
        {
            context.Response.Headers[ModelReadiness.StateHeader] = ModelReadiness.Unknown;
            await ErrorResponse.WriteAsync(context, ErrorMapping.Find(error)!);
            return;
        }

        var (state, fault) = answer;
        context.Response.Headers[ModelReadiness.StateHeader] = state;
        ErrorResponse.SetRetryAfter(context.Response, fault?.RetryAfter);
        await JsonBody.WriteAsync(context, fault is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", model.Id);
            json.WriteBoolean("ready", fault is null);
            if (fault is not null)
            {
                json.WriteString("error", fault.Message);
            }

            json.WriteEndObject();
        });
    }
}
