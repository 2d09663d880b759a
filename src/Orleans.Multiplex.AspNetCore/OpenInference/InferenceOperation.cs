using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.ModelHeader;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the OpenAPI document says of running a model of the store.</summary>
internal static class InferenceOperation
{
    /// <summary>The errors of running a model.</summary>
    public static IReadOnlyList<int> Errors { get; } = [.. ErrorStatuses.OfBody, .. ErrorStatuses.OfLoad];

    /// <summary>The model in the path.</summary>
    public static Operation ByPath { get; } = Describe("infer", "Run a model") with { Examples = Examples("model") };

    /// <summary>The model in a header.</summary>
    public static Operation ByHeader { get; } = Describe("inferByHeader", "Run the model that a header names") with
    {
        Parameters = [ModelIdHeader.Name],
        Examples = Examples(ModelIdHeader.Name),
    };

    private static Operation Describe(string id, string summary) => new(id, "Inference", summary)
    {
        Description = "The model is loaded first where no silo holds it. The body may be compressed with gzip or deflate.",
        Body = "InferenceRequest",
        Answer = "InferenceResponse",
        Headers = ["x-multiplex-silo", "x-multiplex-cold"],
        MayBeBinary = true,
        Errors = Errors,
    };

    private static Example[] Examples(string model) =>
    [
        new("row", "One row of three numbers, doubled by model 1")
        {
            Body = """{"inputs":[{"name":"x","datatype":"FP32","shape":[1,3],"data":[1,2,3]}]}""",
            Answer = """{"model_name":"1","model_version":"1","outputs":[{"name":"y","datatype":"FP32","shape":[1,3],"data":[2,4,6]}]}""",
        },
        new("options", "Two rows as nested data, with all that a request may say; model 3 sums each")
        {
            Parameters = new Dictionary<string, string> { [model] = "3" },
            Body = """{"id":"r-17","parameters":{"priority":1,"timeout":30000000},"inputs":[{"name":"x","datatype":"FP32","shape":[2,3],"data":[[1,3,2],[-1,0,0.5]]}],"outputs":[{"name":"y"}]}""",
            Answer = """{"model_name":"3","model_version":"1","id":"r-17","outputs":[{"name":"y","datatype":"FP32","shape":[2,1],"data":[6,-0.5]}]}""",
        },
        new("wrong-datatype", "An input of another type than the model takes")
        {
            Body = """{"inputs":[{"name":"x","datatype":"INT64","shape":[1,3],"data":[1,2,3]}]}""",
            Status = StatusCodes.Status400BadRequest,
            Answer = """{"error":"Input 'x' of model '1': came INT64 [1,3], expected FP32 [-1,3]."}""",
        },
        new("unknown-model", "A model that is not there")
        {
            Parameters = new Dictionary<string, string> { [model] = "nowhere" },
            Body = """{"inputs":[]}""",
            Status = StatusCodes.Status404NotFound,
            Answer = """{"error":"There is no model 'nowhere': the store has no nowhere/model.onnx and no nowhere/<version>/model.onnx."}""",
        },
    ];
}
