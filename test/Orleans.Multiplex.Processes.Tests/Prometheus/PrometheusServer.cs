using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orleans.Multiplex.Processes.Tests.Prometheus;

/// <summary>Debian's Prometheus, on a free port of loopback, with its data in a folder that goes with it. It reads each second.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private HttpClient _http = null!;

    private PrometheusServer(IEnumerable<Uri> targets, string rules)
    {
        var settings = Path.Combine(_folder.Path, "prometheus.yaml");
        File.WriteAllText(settings, $"""
            global: {"{"} scrape_interval: 1s, evaluation_interval: 1s {"}"}
            rule_files: ["{rules}"]
            scrape_configs:
              - job_name: multiplex
                static_configs:
                  - targets: [{string.Join(", ", targets.Select(static target => $"\"{target.Authority}\""))}]
            """);
        _process = DebianTool.Start(
            "prometheus", $"--config.file={settings}", $"--storage.tsdb.path={Path.Combine(_folder.Path, "data")}", "--web.listen-address=127.0.0.1:0");
        _process.EnableRaisingEvents = true;
        _process.OutputDataReceived += OnLine;
        _process.ErrorDataReceived += OnLine;
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("Prometheus ended."));
        AppDomain.CurrentDomain.ProcessExit += OnStarterExit;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>A series and its value.</summary>
    public readonly record struct Sample(IReadOnlyDictionary<string, string> Labels, double Value);

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="targets">The processes whose metrics it reads.</param>
    /// <param name="rules">The file of its alerts.</param>
    public static async Task<PrometheusServer> StartAsync(IEnumerable<Uri> targets, string rules)
    {
        var server = new PrometheusServer(targets, rules);
        try
        {
            server._http = new HttpClient { BaseAddress = await server._address.Task.WaitAsync(Patience) };
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for what a query gives now.</summary>
    public async Task<IReadOnlyList<Sample>> QueryAsync(string query)
    {
        using var content = new FormUrlEncodedContent([new("query", query)]);
        using var response = await _http.PostAsync(new Uri("/api/v1/query", UriKind.Relative), content);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("status").GetString() == "success"
            ? [.. answer.GetProperty("data").GetProperty("result").EnumerateArray().Select(Read)]
            : throw new InvalidOperationException($"{answer.GetProperty("error").GetString()} in: {query}");
    }

    /// <summary>The value of a query that gives one.</summary>
    public async Task<double> GetAsync(string query) => (await QueryAsync(query)) is [var only] ? only.Value : double.NaN;

    /// <summary>Waits until a query gives a value.</summary>
    public async Task WaitForAsync(string query, double value)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var last = double.NaN; last != value; last = await GetAsync(query))
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{query} is {last} and not {value}.");
            }
        }
    }

    /// <summary>The rules as Prometheus has them, each with its health.</summary>
    public async Task<IReadOnlyList<(string Name, string Health)>> GetRulesAsync() =>
    [
        .. (await _http.GetFromJsonAsync<JsonElement>("/api/v1/rules")).GetProperty("data").GetProperty("groups").EnumerateArray()
            .SelectMany(static group => group.GetProperty("rules").EnumerateArray())
            .Select(static rule => (rule.GetProperty("name").GetString()!, rule.GetProperty("health").GetString()!)),
    ];

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnStarterExit;
        OnStarterExit(null, EventArgs.Empty);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http?.Dispose();
        _folder.Dispose();
    }

    private static Sample Read(JsonElement sample) => new(
        sample.GetProperty("metric").EnumerateObject().ToDictionary(static label => label.Name, static label => label.Value.GetString()!),
        double.Parse(sample.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture));

    private void OnLine(object sender, DataReceivedEventArgs line)
    {
        if (Listening().Match(line.Data ?? "") is { Success: true } listening)
        {
            _address.TrySetResult(new Uri($"http://{listening.Groups["address"].Value}"));
        }
    }

    private void OnStarterExit(object? sender, EventArgs arguments)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    [GeneratedRegex("""msg="Listening on".* address=(?<address>127\.0\.0\.1:[1-9]\d*)""")]
    private static partial Regex Listening();
}
