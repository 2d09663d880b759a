using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>Writes an operation as OpenAPI has it: what it says of itself, and what follows from its verb, its path and its right.</summary>
/// <param name="operation">The operation.</param>
/// <param name="id">Its id, which no other one has.</param>
/// <param name="verb">The verb that it answers.</param>
/// <param name="pattern">The path, with those of the groups in which it is mapped.</param>
/// <param name="right">What its caller must be allowed to.</param>
/// <param name="components">What it may refer to.</param>
/// <param name="own">The schemas of the application's own types.</param>
internal sealed class OperationWriter(
    Operation operation, string id, string verb, RoutePattern pattern, Right right, JsonObject components, OwnSchemas own)
{
    private const string Json = "application/json";
    private const string Bytes = "application/octet-stream";

    // The header of a body that has raw bytes behind its JSON.
    private const string HeadLength = OpenInference.BinaryHeader.Name;

    private readonly bool _isOfVersion = operation.IsOfVersion(pattern);

    // The text of an error names the version, too; examples of errors are those without it.
    private readonly IReadOnlyList<Example> _examples = !operation.IsOfVersion(pattern)
        ? operation.Examples
        : [.. operation.Examples.Where(static example => example.Status == StatusCodes.Status200OK)];

    /// <summary>The path of a pattern: neither constraints nor defaults, and a parameter that takes several segments as any other.</summary>
    public static string PathOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(static segment =>
        string.Concat(segment.Parts.Select(static part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            _ => "",
        }))));

    public JsonObject Write()
    {
        var changesState = right == Right.Operate && verb != HttpMethods.Get;
        var json = new JsonObject
        {
            ["operationId"] = id,
            ["tags"] = new JsonArray(operation.Tag),
            ["summary"] = _isOfVersion ? $"{operation.Summary}, of one version" : operation.Summary,
            ["description"] = string.Join("\n\n", new[] { operation.Description, DescribeRight() }.Where(static text => text.Length > 0)),
            ["security"] = WriteSecurity(),
        };
        if (new ParameterWriter(operation, _examples, components).Write(pattern, changesState) is { Count: > 0 } parameters)
        {
            json["parameters"] = parameters;
        }

        if (operation.Body is not null)
        {
            json["requestBody"] = WriteBody(operation.Types is { } types ? own.Find(types.Body) : SchemaOf(operation.Body));
        }

        json["responses"] = WriteResponses();
        return json;
    }

    private string DescribeRight() => right is Right.Probe or Right.Document ? "" : $"Needs the right `{AccessRule.NameOf(right)}`.";

    // For everybody, or for who has a key with the right; where no keys are configured, also without one.
    private JsonArray WriteSecurity() => right is Right.Probe or Right.Document
        ? []
        : [new JsonObject { ["Bearer"] = new JsonArray(AccessRule.NameOf(right)) }, new JsonObject()];

    private JsonObject WriteBody(JsonObject schema)
    {
        var content = WriteContent(
            schema,
            _examples.Where(static example => example.Body is not null),
            static example => example.Body,
            $"The same JSON, and behind it the raw bytes of tensors that have a `binary_data_size`, little-endian, in their order. The header `{HeadLength}` has the bytes of the JSON; with 0 there is none, and all is the one input of the model.");
        return new JsonObject { ["required"] = !operation.IsBodyOptional, ["content"] = content };
    }

    private JsonObject WriteResponses()
    {
        var responses = new JsonObject { ["200"] = WriteAnswer(StatusCodes.Status200OK) };
        int[] ofRight = right switch
        {
            Right.Probe => [],
            Right.Document => [StatusCodes.Status403Forbidden],
            _ => [StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status429TooManyRequests],
        };
        foreach (var status in operation.Errors.Concat(ofRight).Append(StatusCodes.Status500InternalServerError).Distinct().Order())
        {
            responses[Text(status)] = status == StatusCodes.Status503ServiceUnavailable && operation.AnswersWhenUnavailable
                ? WriteAnswer(status)
                : WriteError(status);
        }

        return responses;
    }

    private JsonObject WriteAnswer(int status)
    {
        var answer = new JsonObject
        {
            ["description"] = operation.Answer switch
            {
                null => "Done. The answer is empty.",
                "" => "The answer.",
                var schema => components["schemas"]![schema]!["description"]!.GetValue<string>(),
            },
        };
        List<string> headers = [.. operation.Headers];
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            headers.Add("Retry-After");
        }

        if (operation.MayBeBinary)
        {
            headers.Add(HeadLength);
        }

        if (headers.Count > 0)
        {
            answer["headers"] = WriteHeaders(headers);
        }

        if (operation.IsStream)
        {
            answer["content"] = WriteStream();
        }
        else if (operation.Answer is not null)
        {
            answer["content"] = WriteContent(
                operation.Types is { } types ? own.Find(types.Answer) : SchemaOf(operation.Answer),
                _examples.Where(example => example.Status == status && example.Answer is not null),
                static example => example.Answer,
                $"Only where the request asks for it, with `binary_data_output` or an output's `binary_data`, or has no JSON itself: the same JSON, and behind it the raw bytes of tensors that have a `binary_data_size`, little-endian, in their order. The header `{HeadLength}` has the bytes of the JSON.");
        }

        return answer;
    }

    // OpenAPI 3.1 has no word for the events of a stream: that of its successor (itemSchema) stands beside the schema of the text as an extension.
    private JsonObject WriteStream() => new()
    {
        ["text/event-stream"] = new JsonObject
        {
            ["schema"] = new JsonObject { ["type"] = "string", ["description"] = "Server-sent events; what follows `data:` is JSON." },
            ["x-itemSchema"] = SchemaOf(operation.Answer!),
            ["examples"] = WriteExamples(_examples, static example => JsonValue.Create($"data: {JsonNode.Parse(example.Answer!)!.ToJsonString()}\n\n").ToJsonString()),
        },
    };

    private JsonObject WriteError(int status)
    {
        var name = $"Error{Text(status)}";
        var examples = _examples.Where(example => example.Status == status).ToList();
        var hasHeaders = operation.ErrorsWithHeaders.Contains(status);
        if (examples.Count == 0 && !hasHeaders)
        {
            return Reference("responses", name);
        }

        var error = (JsonObject)components["responses"]![name]!.DeepClone();
        if (hasHeaders)
        {
            var headers = WriteHeaders(operation.Headers);
            foreach (var (header, usual) in error["headers"] as JsonObject ?? [])
            {
                headers[header] = usual!.DeepClone();
            }

            error["headers"] = headers;
        }

        if (examples.Count > 0)
        {
            error["content"]![Json]!["examples"] = WriteExamples(examples, static example => example.Answer);
        }

        return error;
    }

    private static JsonObject WriteHeaders(IEnumerable<string> names) =>
        new(names.Select(static name => KeyValuePair.Create<string, JsonNode?>(name, Reference("headers", name))));

    private JsonObject WriteContent(JsonObject schema, IEnumerable<Example> examples, Func<Example, string?> select, string binary)
    {
        var json = new JsonObject { ["schema"] = schema };
        if (WriteExamples(examples, select) is { Count: > 0 } written)
        {
            json["examples"] = written;
        }

        var content = new JsonObject { [Json] = json };
        if (operation.MayBeBinary)
        {
            content[Bytes] = new JsonObject
            {
                ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary", ["contentMediaType"] = Bytes, ["description"] = binary },
            };
        }

        return content;
    }

    private static JsonObject WriteExamples(IEnumerable<Example> examples, Func<Example, string?> select) => new(examples.Select(example =>
        KeyValuePair.Create<string, JsonNode?>(
            example.Name, new JsonObject { ["summary"] = example.Summary, ["value"] = JsonNode.Parse(select(example)!) })));

    private static JsonObject SchemaOf(string name) => name.Length == 0 ? [] : Reference("schemas", name);

    private static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
