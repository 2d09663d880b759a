using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Orleans.Multiplex.Tests.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.OpenApi;

/// <summary>The page that shows the document: what it is made of comes from this server.</summary>
public sealed partial class PageTests
{
    [Fact]
    public async Task Page_WhatItLoads_ComesFromThisServer()
    {
        await using var host = await HttpHost.StartAsync(map: AccessHost.Map);

        var page = await host.GetAsync("/scalar/");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("//", page.Text.Replace("<!doctype html>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var sources = Source().Matches(page.Text).Select(static match => match.Groups[1].Value).Append("favicon.svg").ToList();
        Assert.Contains("scalar.js", sources);
        foreach (var source in sources)
        {
            Assert.Equal(HttpStatusCode.OK, (await host.GetAsync($"/scalar/{source}")).Status);
        }

        Assert.Contains("\"url\":\"openapi/v1.json\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_TheBrowser_IsToldToLoadAndAskNothingElse()
    {
        await using var host = await HttpHost.StartAsync(map: AccessHost.Map);

        var page = await host.GetAsync("/scalar/");
        var again = await host.GetAsync("/scalar/");

        var policy = page.Headers["Content-Security-Policy"];
        Assert.Contains("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
        Assert.DoesNotContain('*', policy);
        var nonce = Nonce().Match(policy).Groups[1].Value;
        Assert.Equal(3, page.Text.Split($"nonce=\"{nonce}\"").Length - 1);
        Assert.DoesNotContain(nonce, again.Text, StringComparison.Ordinal);
        Assert.All(
            ["\"withDefaultFonts\":false", "\"telemetry\":false", "\"agent\":{\"disabled\":true}", "\"mcp\":{\"disabled\":true}", "\"hideClientButton\":true"],
            setting => Assert.Contains(setting, page.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("proxyUrl", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ml", "/ml", "")]
    [InlineData("/{tenant}/ml", "/a%20b/ml", "")]
    [InlineData("", "", "/base")]
    [InlineData("/ml", "/ml", "/base")]
    public async Task Page_InAGroupOrBelowAPathBase_AsksForTheDocumentThatIsThere(string group, string path, string pathBase)
    {
        await using var host = await HttpHost.StartAsync(map: app =>
        {
            app.UsePathBase(pathBase);
            app.UseRouting();
            var models = app.MapGroup(group);
            models.MapMultiplex();
            models.MapMultiplexOpenApi();
        });

        foreach (var page in new[] { "/scalar/", "/scalar/v1" })
        {
            var text = (await host.GetAsync($"{pathBase}{path}{page}")).Text;

            // Its script resolves the one against what the path has before the other, and the server against the origin.
            var own = Initialize().Match(text);
            var document = Document().Match(text);
            var suffix = Uri.UnescapeDataString(own.Groups[1].Value);
            Assert.EndsWith(suffix, $"{pathBase}{path}{page}", StringComparison.Ordinal);
            Assert.Equal("false", own.Groups[2].Value);
            var before = $"{pathBase}{path}{page}"[..^suffix.Length];
            var json = (await host.GetAsync($"{before}/{document.Groups[1].Value}")).IsOk().Json;
            Assert.Equal(pathBase.Length > 0 ? pathBase : "/", json.GetProperty("servers")[0].GetProperty("url").GetString());
            Assert.True(json.GetProperty("paths").TryGetProperty($"{group}/v2", out _));
        }
    }

    [Fact]
    public async Task Page_WithoutSlash_LeadsToItself()
    {
        await using var host = await HttpHost.StartAsync(map: AccessHost.Map);

        Assert.Contains("scalar.js", (await host.GetAsync("/scalar")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_UnlessMapped_IsNotThere()
    {
        await using var host = await HttpHost.StartAsync(map: static app => app.MapMultiplex());

        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/scalar/")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/openapi/v1.json")).Status);
    }

    [GeneratedRegex("initialize\\(\\s*'([^']*)',\\s*(true|false)")]
    private static partial Regex Initialize();

    [GeneratedRegex("\"url\":\"([^\"]+)\"")]
    private static partial Regex Document();

    [GeneratedRegex("src=\"([^\"]+)\"")]
    private static partial Regex Source();

    [GeneratedRegex("'nonce-([0-9A-F]{32})'")]
    private static partial Regex Nonce();
}
