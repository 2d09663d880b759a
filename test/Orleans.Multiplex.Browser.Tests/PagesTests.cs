using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Multiplex.Browser.Tests;

/// <summary>What the pages show, against what the API says.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task Cluster_ShowsWhatTheApiSaysAndMovesByItself()
    {
        await using var dashboard = await Dashboard.StartAsync();
        await dashboard.GoAsync("");
        await Expect(dashboard.Page.GetByTestId("silos")).ToHaveTextAsync("2");
        await Expect(dashboard.Page.GetByTestId("resident")).ToHaveTextAsync("0");

        foreach (var model in new[] { 1, 2, 3, 4, 1, 2 })
        {
            await dashboard.InferAsync(model);
        }

        var silos = (await dashboard.AskAsync("/multiplex/silos")).GetProperty("silos").EnumerateArray().ToList();
        var resident = silos.Sum(static silo => silo.GetProperty("pools")[0].GetProperty("models").GetArrayLength());
        await Expect(dashboard.Page.GetByTestId("resident")).ToHaveTextAsync(resident.ToString(CultureInfo.InvariantCulture));
        foreach (var silo in silos)
        {
            var card = dashboard.Page.GetByRole(AriaRole.Region, new() { Name = $"Silo {silo.GetProperty("silo").GetString()}" });
            var charged = silo.GetProperty("pools")[0].GetProperty("chargedModels").GetInt32();
            await Expect(card).ToContainTextAsync($"{charged} of 2");
            await Expect(card).ToContainTextAsync(silo.GetProperty("figures").GetProperty("version").GetString()!.Split('+')[0]);
        }

        Assert.Empty(dashboard.Faults);
        await dashboard.ShootAsync("cluster");
    }

    [Fact]
    public async Task Silo_ShowsItsModelsInTheOrderInWhichTheyWouldGo()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 1, settings: ["--Multiplex:MaxModelsPerSilo=3"]);
        foreach (var model in new[] { 1, 2, 3, 1 })
        {
            await dashboard.InferAsync(model);
        }

        var silo = dashboard.Cluster.Silos[0].SiloName;
        await dashboard.GoAsync($"silos/{silo}");

        var rows = dashboard.Page.Locator("tr.resident");
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(rows.Nth(0)).ToContainTextAsync("2@1");
        await Expect(rows.Nth(0)).ToContainTextAsync("goes next");
        await Expect(rows.Nth(1)).ToContainTextAsync("3@1");
        await Expect(rows.Nth(2)).ToContainTextAsync("1@1");

        await dashboard.InferAsync(2);
        await Expect(rows.Nth(0)).ToContainTextAsync("3@1");
        Assert.Empty(dashboard.Faults);
        await dashboard.ShootAsync("silo");
    }

    [Fact]
    public async Task Model_SaysWhyItWasEvictedAndWhyItIsThere()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 1);
        foreach (var model in new[] { 1, 2, 3 })
        {
            await dashboard.InferAsync(model);
        }

        await dashboard.GoAsync("models/1");

        var events = dashboard.Page.GetByTestId("events");
        await Expect(events).ToContainTextAsync("'3' needed room within the quota of 2 models of pool 'Inference'");
        await Expect(dashboard.Page.GetByText("Resident nowhere")).ToBeVisibleAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Chosen: has room" })).ToBeVisibleAsync();
        await Expect(dashboard.Page.GetByTestId("signature")).ToContainTextAsync("FP32");
        await Expect(dashboard.Page.GetByTestId("latencies")).ToContainTextAsync(dashboard.Cluster.Silos[0].SiloName);
        Assert.Empty(dashboard.Faults);
        await dashboard.ShootAsync("model");
    }

    [Fact]
    public async Task Model_Tried_AnswersAsOverHttpAndSaysWhatIsWrong()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 1);
        await dashboard.GoAsync("models/4");

        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(dashboard.Page.GetByTestId("trial-status")).ToContainTextAsync(new Regex("200 from .*cold"));
        await Expect(dashboard.Page.GetByTestId("trial-answer")).ToContainTextAsync("\"outputs\"");

        await dashboard.Page.GetByLabel("Request, as JSON").FillAsync("{\"inputs\":[]}");
        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(dashboard.Page.GetByTestId("trial-status")).ToContainTextAsync("400");
        await Expect(dashboard.Page.GetByTestId("trial-answer")).ToContainTextAsync("'x'");
        Assert.Empty(dashboard.Faults);
    }

    [Fact]
    public async Task Events_MoveByThemselvesAndAreFiltered()
    {
        await using var dashboard = await Dashboard.StartAsync();
        await dashboard.GoAsync("events");
        var rows = dashboard.Page.GetByTestId("events").Locator("tbody tr");
        await Expect(rows.Filter(new() { HasText = "silo joined" })).ToHaveCountAsync(3);

        for (var model = 1; model <= 6; model++)
        {
            await dashboard.InferAsync(model);
        }

        await Expect(rows.Filter(new() { HasText = "Loaded '6" })).ToHaveCountAsync(1);
        await Expect(rows.Filter(new() { HasText = "Evicted" })).Not.ToHaveCountAsync(0);
        await dashboard.ShootAsync("events");

        await dashboard.Page.GetByLabel("Model, silo, reason or words").FillAsync("quota");
        await Expect(rows.Filter(new() { HasText = "Loaded" })).ToHaveCountAsync(0);
        await Expect(rows.Filter(new() { HasText = "Evicted" })).Not.ToHaveCountAsync(0);
        Assert.Empty(dashboard.Faults);
    }

    [Fact]
    public async Task Models_AHundredThousand_AreFoundAndScrolled()
    {
        const int Models = 100_000;
        await using var dashboard = await Dashboard.StartAsync(silos: 1, models: 0);
        var content = Testing.Onnx.TestModels.Affine(1, 1);
        for (var i = 0; i < Models; i++)
        {
            dashboard.Cluster.AddModel(string.Create(CultureInfo.InvariantCulture, $"group-{i % 100}/model-{i:D5}"), content);
        }

        await dashboard.GoAsync("models");
        await Expect(dashboard.Page.GetByTestId("model-count")).ToHaveTextAsync("100,000 of 100,000", new() { Timeout = 60_000 });
        var rows = dashboard.Page.Locator("tr.model");
        Assert.InRange(await rows.CountAsync(), 5, 100);

        await dashboard.Page.GetByLabel("Search").FillAsync("model-0777");
        await Expect(rows).ToHaveCountAsync(10);
        await dashboard.Page.GetByLabel("Search").FillAsync("");
        await Expect(dashboard.Page.GetByTestId("model-count")).ToHaveTextAsync("100,000 of 100,000");
        await dashboard.Page.Locator(".mud-table-container").EvaluateAsync("element => element.scrollTop = element.scrollHeight");
        await Expect(rows.Filter(new() { HasText = "group-99/model-99999" })).ToBeVisibleAsync();
        Assert.Empty(dashboard.Faults);
        await dashboard.ShootAsync("models");
    }
}
