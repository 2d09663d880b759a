using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.OpenApi;
using Orleans.Multiplex.Testing.OpenApi;
using Xunit;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Orleans.Multiplex.Tests.AspNetCore.OpenApi;

/// <summary>The schemas of an application's own types, in the document and by themselves.</summary>
public sealed class OwnSchemaTests
{
    [Fact]
    public async Task Document_OwnTypes_HaveTheSchemasOfTheApplicationsJson()
    {
        await using var host = await HttpHost.StartAsync(map: static app =>
        {
            app.Services.GetRequiredService<IOptions<HttpJsonOptions>>().Value.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            app.MapMultiplexed<IGrainWithStringKey, Question, List<Tree>>("/trees", static (_, _, _) => Task.FromResult(new List<Tree>()));
            app.MapMultiplexed<IGrainWithStringKey, Question, string>("/names", static (_, _, _) => Task.FromResult(""));
            app.MapMultiplexOpenApi();
        });

        var text = (await host.GetAsync("/openapi/v1.json")).IsOk().Text;

        Assert.Equal("", ApiDocumentFaults.Find(text));
        var document = ApiDocument.Parse(text);
        var (trees, names) = (Of("/trees"), Of("/names"));
        Assert.Equal("#/components/schemas/Question", trees.Body["$ref"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/Question", names.Body["$ref"]!.GetValue<string>());
        Assert.Equal("""{"type":"string"}""", names.Answer.ToJsonString());

        var question = document.Resolve(trees.Body);
        Assert.Equal("""["text"]""", question["required"]!.ToJsonString());
        Assert.Equal("""{"type":"integer"}""", question["properties"]!["most"]!.ToJsonString());
        Assert.Equal("""{"enum":["oak","fir"]}""", question["properties"]!["kind"]!.ToJsonString());
        Assert.Equal("{}", question["properties"]!["anything"]!.ToJsonString());

        var children = document.Resolve(trees.Answer)["items"]!["properties"]!["children"]!;
        Assert.Equal("#/components/schemas/ListOfTree/items", children["items"]!["$ref"]!.GetValue<string>());

        (JsonObject Body, JsonObject Answer) Of(string path)
        {
            var operation = document.Operations.Single(one => one.Path == path).Operation;
            return ((JsonObject)operation["requestBody"]!["content"]!["application/json"]!["schema"]!, (JsonObject)operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!);
        }
    }

    [Fact]
    public void Find_TypesOfOneName_AreTwo()
    {
        var components = new JsonObject { ["error"] = new JsonObject() };
        var schemas = new OwnSchemas(JsonSerializerOptions.Web, components);

        Assert.Equal("""{"$ref":"#/components/schemas/Error2"}""", schemas.Find(typeof(Error)).ToJsonString());
        Assert.Equal("""{"$ref":"#/components/schemas/Error2"}""", schemas.Find(typeof(Error)).ToJsonString());
        Assert.Equal("""{"$ref":"#/components/schemas/ArrayOfDictionaryOfStringAndError"}""", schemas.Find(typeof(Dictionary<string, Error>[])).ToJsonString());
        Assert.Equal(["error", "Error2", "ArrayOfDictionaryOfStringAndError"], components.Select(static one => one.Key));
    }

    [Theory]
    [InlineData(typeof(object))]
    [InlineData(typeof(JsonElement))]
    [InlineData(typeof(Type))]
    [InlineData(typeof(Action))]
    [InlineData(typeof(Broken))]
    [InlineData(typeof(nint))]
    [InlineData(typeof(Span<int>))]
    [InlineData(typeof(List<>))]
    [InlineData(typeof(void))]
    public void Find_TypesWithoutASchema_MayBeAnyJson(Type type)
    {
        var components = new JsonObject();

        Assert.Equal("{}", new OwnSchemas(JsonSerializerOptions.Web, components).Find(type).ToJsonString());
        Assert.Empty(components);
    }

    [Fact]
    public void Find_OptionsThatHaveNoSchemas_AreAnyJson() =>
        Assert.Equal("{}", new OwnSchemas(new JsonSerializerOptions { ReferenceHandler = ReferenceHandler.Preserve }, []).Find(typeof(Question)).ToJsonString());

    private enum Kind
    {
        Oak,
        Fir,
    }

#pragma warning disable CA1812 // Nobody makes one: their schemas are asked for.
    private sealed record Tree(Kind Kind, List<Tree> Children);

    private sealed record Question(string Text)
    {
        public int Most { get; init; }

        public Kind Kind { get; init; }

        public object? Anything { get; init; }
    }

    private sealed record Error(string Text);

    private sealed record Broken(string Text)
    {
        [JsonPropertyName("Text")]
        public string Other => Text;
    }
#pragma warning restore CA1812
}
