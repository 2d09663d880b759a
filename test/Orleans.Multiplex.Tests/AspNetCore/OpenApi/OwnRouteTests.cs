using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Orleans.Multiplex.Testing.OpenApi;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.OpenApi;

/// <summary>The document of an application with routes of its own, and with groups.</summary>
public sealed class OwnRouteTests
{
    private const string Document = "/openapi/v1.json";

    [Fact]
    public async Task Ids_OfRoutes_AreMadeOfTheirPathsAndUnique()
    {
        var document = await ReadAsync(static app =>
        {
            Map(app, "/greet");
            Map(app, "/greet-me");
            Map(app, "/greetme");
            Map(app, "/");
            Map(app, "/c/{number:int=5}/{**rest}");
            Map(app.MapGroup("/one"), "/greet");
            Map(app.MapGroup("/two"), "/greet");
        });

        Assert.Equal(
            [
                "/ call", "/c/{number}/{rest} callCNumberRest", "/greet callGreet", "/greet-me callGreetMe", "/greetme callGreetme2", "/one/greet callOneGreet",
                "/two/greet callTwoGreet",
            ],
            document.Operations.Where(static one => one.Path != Document).Select(static one => $"{one.Path} {IdOf(one.Operation)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Ids_OfEndpointsMappedTwice_AreUnique()
    {
        var document = await ReadAsync(static app =>
        {
            app.MapMultiplex();
            app.MapGroup("/ml").MapMultiplex();
        });

        var ids = document.Operations.ToDictionary(static one => $"{one.Verb} {one.Path}", static one => IdOf(one.Operation));
        Assert.Equal(ids.Count, ids.Values.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal("infer", ids["POST /v2/models/{model}/infer"]);
        Assert.Equal("infer2", ids["POST /ml/v2/models/{model}/infer"]);
        Assert.Equal("inferOfVersion2", ids["POST /ml/v2/models/{model}/versions/{version}/infer"]);
    }

    [Fact]
    public async Task Parameters_OfAPath_AreInThePathWhateverTheirNames()
    {
        var document = await ReadAsync(static app =>
        {
            Map(app, "/c/{after}/{version}/x");
            app.MapGroup("/{limit}").MapMultiplex();
        });

        foreach (var (_, path, operation) in document.Operations.Where(static one => one.Path != Document))
        {
            var inPath = operation["parameters"]!.AsArray().Select(one => document.Resolve(one!)).Where(static one => one["in"]!.GetValue<string>() == "path").ToList();
            Assert.Equal(path.Split('/').Where(static part => part.StartsWith('{')), inPath.Select(static one => $"{{{one["name"]}}}"));
            Assert.All(inPath, static one => Assert.True(one["required"]!.GetValue<bool>()));
        }

        Assert.Contains(document.Operations, static one => IdOf(one.Operation) == "callCAfterVersionX");
    }

    private static string IdOf(JsonObject operation) => operation["operationId"]!.GetValue<string>();

    private static void Map(IEndpointRouteBuilder routes, string pattern) =>
        routes.MapMultiplexed<IGrainWithStringKey, object, string>(pattern, static (_, _, _) => Task.FromResult("hello"));

    private static async Task<ApiDocument> ReadAsync(Action<WebApplication> map)
    {
        await using var host = await HttpHost.StartAsync(map: app =>
        {
            map(app);
            app.MapMultiplexOpenApi();
        });
        var text = (await host.GetAsync(Document)).IsOk().Text;
        Assert.Equal("", ApiDocumentFaults.Find(text));
        return ApiDocument.Parse(text);
    }
}
