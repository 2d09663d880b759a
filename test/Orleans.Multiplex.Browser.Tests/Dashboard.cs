using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Browser.Tests;

/// <summary>The dashboard of a cluster of processes, in a browser that may reach nothing else; what goes wrong in the browser fails the test.</summary>
internal sealed class Dashboard : IAsyncDisposable
{
    /// <summary>Debian's, which the build installs.</summary>
    private const string Chromium = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _faults = [];

    private Dashboard(ProcessCluster cluster, IPlaywright playwright, IBrowser browser)
    {
        Cluster = cluster;
        _playwright = playwright;
        _browser = browser;
        Http = cluster.Front.CreateClient();
        Http.DefaultRequestHeaders.Add("x-multiplex-control", "1");
    }

    public ProcessCluster Cluster { get; }

    public HttpClient Http { get; }

    public IPage Page { get; private set; } = null!;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the browser complained of, and where it wanted to go beside the server.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public static async Task<Dashboard> StartAsync(int silos = 2, int models = 6, string[]? settings = null, BrowserNewContextOptions? look = null, bool hasKeys = false)
    {
        var cluster = await ProcessCluster.StartAsync(silos, ProcessCluster.Silo, settings ?? ["--Multiplex:MaxModelsPerSilo=2"]);
        for (var i = 1; i <= models; i++)
        {
            cluster.AddModel(i);
        }

        if (!hasKeys)
        {
            await cluster.WaitForSilosAsync(silos, Token);
        }

        var playwright = await Playwright.CreateAsync();
        playwright.Selectors.SetTestIdAttribute("data-test");
        Assertions.SetDefaultExpectTimeout(20_000);
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        var dashboard = new Dashboard(cluster, playwright, browser);
        dashboard.Page = await dashboard.OpenAsync(look);
        return dashboard;
    }

    /// <summary>A window of its own, with cookies of its own.</summary>
    public async Task<IPage> OpenAsync(BrowserNewContextOptions? look = null)
    {
        var context = await _browser.NewContextAsync(look ?? new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(20_000);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _faults.Enqueue($"page: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(Cluster.Front.Address.AbsoluteUri, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                _faults.Enqueue($"left the machine: {request.Url}");
            }
        };
        return page;
    }

    /// <summary>Goes to a page of the dashboard, and waits until it is alive.</summary>
    public async Task GoAsync(string path, IPage? page = null)
    {
        page ??= Page;
        await page.GotoAsync($"{Cluster.Front.Address}dashboard/{path}");
        await Assertions.Expect(page.Locator("h1")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main .mud-progress-linear")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
    }

    /// <summary>Asks model <paramref name="number"/> as a client does.</summary>
    public async Task InferAsync(int number) => Assert.Equal(HttpStatusCode.OK, (await ProcessCluster.InferAsync(Http, number)).Status);

    /// <summary>What the API says.</summary>
    public Task<JsonElement> AskAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path, Token);

    /// <summary>Waits until the API says so.</summary>
    public async Task UntilAsync(string path, Func<JsonElement, bool> holds)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!holds(await Http.GetFromJsonAsync<JsonElement>(path, patience.Token)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Keeps a picture of the page beside the results of the tests.</summary>
    public async Task ShootAsync(string name, IPage? page = null)
    {
        var folder = Path.Combine(HostProcess.Root, "TestResults", "dashboard");
        Directory.CreateDirectory(folder);
        await (page ?? Page).ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        Http.Dispose();
        await Cluster.DisposeAsync();
    }
}
