using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Orleans.Multiplex.Conformance.Tests.Calls;
using Orleans.Multiplex.Conformance.Tests.Cases;
using Xunit;

namespace Orleans.Multiplex.Conformance.Tests;

/// <summary>
/// Real models that nobody here wrote, through the real gateway, many more than it may hold at once, each over each wire that can carry
/// it: what ONNX Runtime passes by itself passes here too.
/// </summary>
[Collection("gateways")]
public sealed class PackageTests(ITestOutputHelper output)
{
    private const int Quota = 50;
    private const int Seed = 20_260_731;

    // Far below what passes, far above what a reader that misunderstands some message would leave.
    private const int LeastPassed = 900;

    // On two cores it takes less than a minute; the rest is for a machine that has other work.
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Infer_ModelsOfThePackageOverEachWire_GiveWhatThePackageExpects()
    {
        using var budget = new CancellationTokenSource(Budget, TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, TestContext.Current.CancellationToken);
        try
        {
            await RunAsync(end.Token);
        }
        catch (OperationCanceledException) when (budget.IsCancellationRequested)
        {
            Assert.Fail($"The run took longer than its budget of {Budget.TotalSeconds} s.");
        }
    }

    private async Task RunAsync(CancellationToken token)
    {
        var start = TimeProvider.System.GetTimestamp();
        var cases = PackageCase.ReadAll();
        await using var models = await ServedModels.StartAsync(cases.Select(model => (model.Id, File.ReadAllBytes(model.File))), Quota, token);
        var soak = new Soak(models);

        var first = await soak.RunAsync(cases, token);
        var second = await soak.RunAsync(Mix(cases), token);

        var evicted = models.CountLogged("Reason: Quota.");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cases.Count} models, {soak.Calls} calls in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F1} of at most {Budget.TotalSeconds} s (seed {Seed}): " +
            $"{models.CountLogged("Successfully loaded model")} loads, {evicted} evictions, at most {soak.MostCharged} models at once"));
        output.WriteLine(Summarize(first));
        var failures = first.Concat(second).Where(verdict => verdict.IsFailure)
            .Select(verdict => $"{verdict.Model} by {verdict.Way}: {verdict.Breakdown ?? verdict.Difference}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} failures:\n{string.Join('\n', failures)}");
        Assert.Equal(cases.Count, first.Select(verdict => verdict.Model).Distinct().Count());
        foreach (var wire in new[] { Way.Json, Way.Binary, Way.GrpcRaw })
        {
            Assert.InRange(first.Count(verdict => verdict.HasPassed && verdict.Way == wire), LeastPassed, cases.Count);
        }

        Assert.InRange(soak.MostCharged, 1, Quota);
        Assert.True(evicted >= LeastPassed - Quota, $"Only {evicted} models were evicted.");
    }

    /// <summary>All cases in another order, some dozens at a time twice: calls to models that are there and to those that are not mix.</summary>
    [SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The order is to be repeatable.")]
    private static IEnumerable<PackageCase> Mix(IEnumerable<PackageCase> cases)
    {
        var random = new Random(Seed);
        var shuffled = cases.ToArray();
        random.Shuffle(shuffled);
        return shuffled.Chunk(40).SelectMany(some =>
        {
            PackageCase[] twice = [.. some, .. some];
            random.Shuffle(twice);
            return twice;
        });
    }

    private static string Summarize(IReadOnlyCollection<Verdict> verdicts)
    {
        var notBare = verdicts.Where(verdict => verdict.BareFault is not null).OrderBy(verdict => verdict.Model, StringComparer.Ordinal).ToList();
        var text = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture,
            $"Passed in JSON {Count(Way.Json)}, as binary data {Count(Way.Binary)}, over gRPC raw {Count(Way.GrpcRaw)}, by SDK {Count(Way.Sdk)}, " +
            $"failed {verdicts.Count(verdict => verdict.IsFailure)}, not passed by bare ONNX Runtime {notBare.Select(verdict => verdict.Model).Distinct().Count()}, " +
            $"of which here as expected {notBare.Where(verdict => verdict is { Difference: null, Breakdown: null }).Select(verdict => verdict.Model).Distinct().Count()}.\n"));
        text.Append("By SDK, since no wire carries their values:\n  ")
            .AppendJoin("\n  ", verdicts.Where(verdict => verdict is { Way: Way.Sdk, HasPassed: true }).Select(verdict => verdict.Model).Order(StringComparer.Ordinal))
            .Append("\nNot passed by bare ONNX Runtime:\n");
        foreach (var verdict in notBare)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {verdict.Model} by {verdict.Way}\n    bare: {verdict.BareFault}\n")
                .Append(CultureInfo.InvariantCulture, $"    here: {verdict.Difference ?? "as expected"}\n");
        }

        return text.ToString();

        int Count(Way way) => verdicts.Count(verdict => verdict.HasPassed && verdict.Way == way);
    }
}
