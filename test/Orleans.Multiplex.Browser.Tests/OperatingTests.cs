using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Orleans.Multiplex.Browser.Tests;

/// <summary>The buttons: each asks once, does it, and says what came of it.</summary>
public sealed class OperatingTests
{
    [Fact]
    public async Task LoadPinUnpinUnload_ReallyHappen()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 1);
        await dashboard.GoAsync("models/1");

        await DoAsync(dashboard, "Load 1", "Load", "'1' is loaded.");
        Assert.Equal(1, await CountAsync(dashboard));

        await DoAsync(dashboard, "Pin 1", "Pin", "'1' is pinned.");
        Assert.Contains("\"1\"", (await dashboard.AskAsync("/multiplex/pins")).GetRawText(), StringComparison.Ordinal);

        await DoAsync(dashboard, "Unload 1", "Unload", "pinned");
        Assert.Equal(1, await CountAsync(dashboard));

        await DoAsync(dashboard, "Unpin 1", "Unpin", "'1' is unpinned.");
        await DoAsync(dashboard, "Unload 1", "Unload", "'1' is unloaded.");
        Assert.Equal(0, await CountAsync(dashboard));
        await Expect(dashboard.Page.GetByText("Resident nowhere")).ToBeVisibleAsync();
        Assert.Empty(dashboard.Faults);
    }

    [Fact]
    public async Task Question_AnsweredWithNo_ChangesNothing()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 1);
        await dashboard.GoAsync("models/1");

        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = "Load 1" }).ClickAsync();
        await dashboard.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(dashboard.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.Equal(0, await CountAsync(dashboard));
    }

    [Fact]
    public async Task Drain_SiloLeavesAndItsModelsGoToTheOther()
    {
        await using var dashboard = await Dashboard.StartAsync(silos: 2);
        await dashboard.InferAsync(1);
        await dashboard.InferAsync(2);
        var leaving = dashboard.Cluster.Silos[1];
        await dashboard.GoAsync($"silos/{leaving.SiloName}");

        await DoAsync(dashboard, "Drain", "Drain", $"Silo '{leaving.SiloName}' leaves.");

        Assert.Equal(0, await leaving.WhenEndedAsync());
        await Expect(dashboard.Page.GetByText("No silo of this name answers")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await dashboard.GoAsync("events");
        await Expect(dashboard.Page.GetByTestId("events")).ToContainTextAsync($"Silo '{leaving.SiloName}' has left in good order.");
        await dashboard.GoAsync("");
        await Expect(dashboard.Page.GetByTestId("silos")).ToHaveTextAsync("1");
        Assert.Equal(2, await CountAsync(dashboard));
        Assert.Empty(dashboard.Faults);
    }

    private static async Task DoAsync(Dashboard dashboard, string button, string confirm, string outcome)
    {
        await dashboard.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await dashboard.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = confirm, Exact = true }).ClickAsync();
        await Expect(dashboard.Page.Locator(".mud-snackbar").Filter(new() { HasText = outcome }).Last).ToBeVisibleAsync(new() { Timeout = 20_000 });
    }

    private static async Task<int> CountAsync(Dashboard dashboard) =>
        (await dashboard.Cluster.GetResidentsAsync()).Values.Sum(static models => models.Length);
}
