using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Access.Pages;
using Orleans.Multiplex.Dashboard.Hosting;
using Orleans.Multiplex.Tests.AspNetCore;
using Orleans.Multiplex.Tests.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard;

/// <summary>Who sees the pages, and how one signs in.</summary>
public sealed partial class DashboardAccessTests
{
    private static readonly (string, string) Html = ("accept", "text/html");
    private static readonly (string, string) Foreign = ("origin", "http://evil.example");

    // Every endpoint of the dashboard, with a request that it answers and what that needs.
    private static readonly (string Pattern, string Path, string Verb, Right Right)[] Endpoints =
    [
        ("/", "/dashboard/", "GET", Right.Read),
        ("/silos/{Name}", "/dashboard/silos/silo-1", "GET", Right.Read),
        ("/models", "/dashboard/models", "GET", Right.Read),
        ("/models/{*Model}", "/dashboard/models/team-a/iris", "GET", Right.Read),
        ("/events", "/dashboard/events", "GET", Right.Read),
        ("/not-found", "/dashboard/not-found", "GET", Right.Read),
        ("/{*path}", "/dashboard/else/where", "GET", Right.Read),
        ("/sign-in", "/dashboard/sign-in", "GET", Right.Document),
        ("/session", "/dashboard/session", "POST", Right.Document),
        ("/session/end", "/dashboard/session/end", "POST", Right.Document),
        ("/_blazor", "/dashboard/_blazor", "GET", Right.Read),
        ("/_blazor/negotiate", "/dashboard/_blazor/negotiate?negotiateVersion=1", "POST", Right.Read),
        ("/_blazor/disconnect/", "/dashboard/_blazor/disconnect", "POST", Right.Read),
        ("/_blazor/initializers/", "/dashboard/_blazor/initializers", "GET", Right.Read),
        ("/_framework/opaque-redirect", "/dashboard/_framework/opaque-redirect", "GET", Right.Read),
        ("/_assets/MudBlazor.min.css", $"/dashboard/{CarriedFiles.PathOf("MudBlazor.min.css")}", "GET", Right.Document),
        ("/_assets/MudBlazor.min.js", $"/dashboard/{CarriedFiles.PathOf("MudBlazor.min.js")}", "GET", Right.Document),
        ("/_assets/blazor.web.js", $"/dashboard/{CarriedFiles.PathOf("blazor.web.js")}", "GET", Right.Document),
        ("/_assets/dashboard.css", $"/dashboard/{CarriedFiles.PathOf("dashboard.css")}", "GET", Right.Document),
        ("/_assets/dashboard.js", $"/dashboard/{CarriedFiles.PathOf("dashboard.js")}", "GET", Right.Document),
    ];

    public static TheoryData<string, string?, bool, bool> Callers => new()
    {
        // Whether keys are configured, with what one comes, and whether reads and what needs none are answered.
        { "none", null, true, true },
        { "none, elsewhere", null, false, false },
        { "none, foreign origin", null, false, false },
        { "keys", null, false, true },
        { "keys", "read", true, true },
        { "keys", "all", true, true },
        { "keys", "infer", false, true },
        { "keys, foreign origin", "all", false, false },
    };

    [Fact]
    public async Task Table_EveryEndpointOfTheDashboard_IsInIt()
    {
        await using var host = await StartAsync();

        var there = host.Endpoints.Select(static endpoint => $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}")
            .Where(static pattern => pattern.StartsWith("/dashboard", StringComparison.Ordinal))
            .Select(static pattern => Hash().Replace(pattern["/dashboard".Length..], "/_assets/"))
            .Distinct();

        Assert.Equal(Endpoints.Select(static one => one.Pattern).Order(StringComparer.Ordinal), there.Select(static pattern => pattern.Length == 0 ? "/" : pattern).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task EveryEndpoint_IsAnsweredByItsRight(string setting, string? key, bool reads, bool documents)
    {
        await using var host = await StartAsync(hasKeys: setting.StartsWith("keys", StringComparison.Ordinal));
        (string, string)[] headers =
        [
            .. key is null ? [] : new[] { ("authorization", $"Bearer key-{key}") },
            .. setting.Contains("elsewhere", StringComparison.Ordinal) ? [(HttpHost.RemoteAddressHeader, "10.0.0.1")] : Array.Empty<(string, string)>(),
            .. setting.Contains("foreign", StringComparison.Ordinal) ? [Foreign] : Array.Empty<(string, string)>(),
        ];

        var faults = new List<string>();
        foreach (var (_, path, verb, right) in Endpoints)
        {
            var reply = await host.SendAsync(new HttpMethod(verb), path, verb == "POST" ? "" : null, headers);
            var isRefused = reply.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
            if (isRefused == (right == Right.Document ? documents : reads))
            {
                faults.Add($"{verb} {path}: {reply.Status}");
            }
        }

        Assert.Equal("", string.Join('\n', faults));
    }

    [Fact]
    public async Task Page_BrowserWithoutAKey_IsSentToSignIn()
    {
        await using var host = await StartAsync(hasKeys: true);
        using var browser = new Browser(host);

        var page = await browser.GetAsync("/dashboard/models");

        Assert.Equal((HttpStatusCode.Redirect, "/dashboard/sign-in"), (page.StatusCode, page.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/dashboard/models")).Status);
    }

    [Fact]
    public async Task SignIn_RightKey_OpensThePagesAndNothingElse()
    {
        await using var host = await StartAsync(hasKeys: true);
        using var browser = new Browser(host);

        var answer = await browser.SignInAsync("key-read");

        Assert.Equal((HttpStatusCode.Redirect, "/dashboard/"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/dashboard/models")).StatusCode);
        Assert.Contains("read", await (await browser.GetAsync("/dashboard/")).Content.ReadAsStringAsync(HttpHost.Cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/multiplex/silos")).StatusCode);
    }

    [Fact]
    public async Task SignIn_Cookie_IsForThePagesOfThisSiteAndNoScript()
    {
        await using var host = await StartAsync(hasKeys: true);
        using var browser = new Browser(host);

        var cookie = Assert.Single((await browser.SignInAsync("key-read")).Headers.GetValues("set-cookie"), static one => one.StartsWith("multiplex-sign-in=", StringComparison.Ordinal));

        Assert.Contains("path=/dashboard;", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("key-read", cookie, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    public async Task SignIn_WrongKey_IsSaid(string key)
    {
        await using var host = await StartAsync(hasKeys: true);
        using var browser = new Browser(host);

        var answer = await browser.SignInAsync(key);

        Assert.Equal("/dashboard/sign-in?wrong=true", answer.Headers.Location?.OriginalString);
        Assert.Contains("none of the keys", await (await browser.GetAsync("/dashboard/sign-in?wrong=true")).Content.ReadAsStringAsync(HttpHost.Cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/dashboard/models")).StatusCode);
    }

    [Fact]
    public async Task SignIn_FormOfAnotherSite_IsNotTaken()
    {
        await using var host = await StartAsync(hasKeys: true);
        using var browser = new Browser(host);

        var answer = await browser.PostAsync("/dashboard/session", new() { ["key"] = "key-read" });

        Assert.Equal("/dashboard/sign-in?expired=true", answer.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/dashboard/models")).StatusCode);
    }

    [Fact]
    public async Task SignOut_ClosesThePages()
    {
        await using var host = await StartAsync(hasKeys: true);
        using var browser = new Browser(host);
        await browser.SignInAsync("key-read");

        await browser.SubmitAsync("/dashboard/", "/dashboard/session/end", []);

        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/dashboard/models")).StatusCode);
    }

    [Fact]
    public async Task SignIn_AfterTwelveHours_IsOver()
    {
        // The seal has a clock of its own, the cookie's end is ours.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await StartAsync(hasKeys: true, time);
        using var browser = new Browser(host);
        await browser.SignInAsync("key-read");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/dashboard/models")).StatusCode);

        time.Advance(TimeSpan.FromHours(12));

        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/dashboard/models")).StatusCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("CfDJ8AAAAA")]
    public async Task Cookie_ThatIsNoneOfOurs_OpensNothing(string value)
    {
        await using var host = await StartAsync(hasKeys: true);

        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/dashboard/models", ("cookie", $"{SignInCookie.Name}={value}"))).Status);
    }

    [Theory]
    [InlineData("/dashboard/")]
    [InlineData("/dashboard/models")]
    [InlineData("/dashboard/sign-in")]
    public async Task Page_WhereThereIsToBeNoDashboard_IsNotThere(string path)
    {
        await using var host = await StartAsync(isEnabled: false);

        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync(path)).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v2")).Status);
    }

    private static Task<HttpHost> StartAsync(bool hasKeys = false, TimeProvider? time = null, bool isEnabled = true) => HttpHost.StartAsync(
        settings: settings =>
        {
            settings["Multiplex:Dashboard:Enabled"] = isEnabled ? "true" : "false";
            if (hasKeys)
            {
                AccessHost.SetKey(settings, "read", "read");
                AccessHost.SetKey(settings, "infer", "infer");
                AccessHost.SetKey(settings, "all", "infer,read,operate");
            }
        },
        map: static app =>
        {
            app.MapMultiplex();
            app.MapMultiplexDashboard();
        },
        time: time,
        build: static builder =>
        {
            builder.Services.AddDashboardPages(builder.Configuration);
            builder.Services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        });

    [GeneratedRegex("/_assets/[0-9a-f]+/")]
    private static partial Regex Hash();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    // Keeps cookies, sends what a browser sends, and follows nothing.
    private sealed class Browser : IDisposable
    {
        private readonly HttpClient _http;

        public Browser(HttpHost host)
        {
            _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = host.Address };
            _http.DefaultRequestHeaders.Add(Html.Item1, Html.Item2);
        }

        public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.Relative), HttpHost.Cancellation);

        public async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> fields)
        {
            using var form = new FormUrlEncodedContent(fields);
            return await _http.PostAsync(new Uri(path, UriKind.Relative), form, HttpHost.Cancellation);
        }

        public Task<HttpResponseMessage> SignInAsync(string key) => SubmitAsync("/dashboard/sign-in", "/dashboard/session", new() { ["key"] = key });

        public async Task<HttpResponseMessage> SubmitAsync(string page, string path, Dictionary<string, string> fields)
        {
            var html = await (await GetAsync(page)).Content.ReadAsStringAsync(HttpHost.Cancellation);
            fields["__RequestVerificationToken"] = Token().Match(html).Groups[1].Value;
            return await PostAsync(path, fields);
        }

        public void Dispose() => _http.Dispose();
    }
}
