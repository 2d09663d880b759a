using System.Security.Cryptography;
using System.Text;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Multiplex.Browser.Tests;

/// <summary>Whether everybody can use the pages: with a screen reader, a keyboard, in the dark, on a phone; and with a key.</summary>
public sealed class LookTests
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_Checked_HaveNothingInTheWayOfAnybody(ColorScheme scheme)
    {
        await using var dashboard = await Dashboard.StartAsync(look: new() { ColorScheme = scheme, ViewportSize = new() { Width = 1280, Height = 900 } });
        for (var model = 1; model <= 6; model++)
        {
            await dashboard.InferAsync(model);
        }

        var faults = new List<string>();
        foreach (var (path, content) in PagesOf(dashboard).Append(("nothing/here", "h1")).Append(("sign-in", "form")))
        {
            await dashboard.GoAsync(path);
            await Expect(dashboard.Page.Locator(content).First).ToBeVisibleAsync();
            if (path != "sign-in")
            {
                await Expect(dashboard.Page.GetByRole(AriaRole.Button, new() { Name = scheme == ColorScheme.Dark ? "Light colours" : "Dark colours" })).ToBeVisibleAsync();
            }

            faults.AddRange(from violation in (await dashboard.Page.RunAxe()).Violations
                            from node in violation.Nodes
                            select $"/{path}: {violation.Id} ({violation.Impact}): {violation.Help}: {node.Html}: {string.Join("; ", node.Any.Concat(node.All).Concat(node.None).Select(static one => one.Message))}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        if (scheme == ColorScheme.Dark)
        {
            await dashboard.GoAsync("");
            await Expect(dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Light colours" })).ToBeVisibleAsync();
            await dashboard.ShootAsync("cluster-dark");
        }
    }

    [Fact]
    public async Task Keyboard_Alone_ReachesAndUsesTheButtons()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 1);
        await dashboard.GoAsync("models/1");
        var load = dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Load 1" });
        for (var i = 0; i < 40 && !await load.EvaluateAsync<bool>("element => element === document.activeElement"); i++)
        {
            await dashboard.Page.Keyboard.PressAsync("Tab");
        }

        await dashboard.Page.Keyboard.PressAsync("Enter");

        // A question takes the focus when it has come, and hears the keyboard from then on.
        await Expect(dashboard.Page.Locator("[role=dialog]:focus, [role=dialog]:focus-within, :focus [role=dialog]")).ToHaveCountAsync(1);
        await dashboard.Page.Keyboard.PressAsync("Escape");
        await Expect(dashboard.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Phone_NoPageIsWiderThanTheScreen()
    {
        await using var dashboard = await Dashboard.StartAsync(look: new() { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true });
        for (var model = 1; model <= 6; model++)
        {
            await dashboard.InferAsync(model);
        }

        foreach (var (path, content) in PagesOf(dashboard))
        {
            await dashboard.GoAsync(path);
            await Expect(dashboard.Page.Locator(content).First).ToBeVisibleAsync();
            Assert.True(await dashboard.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 390, $"/{path} is wider.");
        }

        await dashboard.GoAsync("");
        await dashboard.ShootAsync("phone");
    }

    [Fact]
    public async Task Keys_SignInShowsWhatTheKeyAllowsAndRefusesTheRest()
    {
        const string Key = "the key of somebody who only looks";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));
        await using var dashboard = await Dashboard.StartAsync(
            silos: 1,
            settings: [$"--Multiplex:ApiKeys:looker:Hash=sha256:{hash}", "--Multiplex:ApiKeys:looker:Rights=read", "--Multiplex:ApiKeys:looker:ModelPrefix=team-a"],
            hasKeys: true);
        dashboard.Cluster.AddModel("team-a/iris", Testing.Onnx.TestModels.Affine(1, 1));
        await dashboard.Page.GotoAsync($"{dashboard.Cluster.Front.Address}dashboard/models");
        await Expect(dashboard.Page.GetByLabel("API key")).ToBeVisibleAsync();

        await dashboard.Page.GetByLabel("API key").FillAsync("a wrong one");
        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("none of the keys");
        await dashboard.Page.GetByLabel("API key").FillAsync(Key);
        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        await Expect(dashboard.Page.GetByTestId("viewer")).ToHaveTextAsync("looker");
        await dashboard.GoAsync("models");
        await Expect(dashboard.Page.GetByTestId("model-count")).ToHaveTextAsync("1 of 1");
        await dashboard.GoAsync("models/1");
        await Expect(dashboard.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("is for other models");
        await dashboard.GoAsync("models/team-a/iris");
        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Load team-a/iris" }).ClickAsync();
        await Expect(dashboard.Page.Locator(".mud-snackbar")).ToContainTextAsync("lacks the right 'operate'");
        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(dashboard.Page.GetByTestId("trial-status")).ToContainTextAsync("403");

        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(dashboard.Page.GetByLabel("API key")).ToBeVisibleAsync();
        await dashboard.Page.GotoAsync($"{dashboard.Cluster.Front.Address}dashboard/models");
        await Expect(dashboard.Page.GetByLabel("API key")).ToBeVisibleAsync();
        Assert.Empty(dashboard.Faults);
    }

    // Each page, and what is there when it is whole.
    private static IEnumerable<(string Path, string Content)> PagesOf(Dashboard dashboard) =>
    [
        ("", "section.card"),
        ($"silos/{dashboard.Cluster.Silos[0].SiloName}", "tr.resident"),
        ("models", "tr.model"),
        ("models/6", "[data-test=signature]"),
        ("events", "[data-test=events] tbody tr"),
    ];
}
