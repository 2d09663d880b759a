using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Orleans.Multiplex.Conformance.Tests.Calls;
using Orleans.Multiplex.Conformance.Tests.Cases;
using Xunit;

namespace Orleans.Multiplex.Conformance.Tests;

/// <summary>
/// Real models that nobody here wrote, through the real gateway, many more than it may hold at once: what ONNX Runtime passes by itself
/// passes here too.
/// </summary>
[Collection("gateways")]
public sealed class PackageTests(ITestOutputHelper output)
{
    private const int Quota = 50;
    private const int Seed = 20_260_731;

    // Far below what passes, far above what a reader that misunderstands some message would leave.
    private const int LeastPassed = 900;

    [Fact]
    public async Task Infer_ModelsOfThePackage_GiveWhatThePackageExpects()
    {
        var token = TestContext.Current.CancellationToken;
        var cases = PackageCase.ReadAll();
        await using var models = await ServedModels.StartAsync(cases.Select(model => (model.Id, File.ReadAllBytes(model.File))), Quota, token);
        var soak = new Soak(models);
        var start = TimeProvider.System.GetTimestamp();

        var first = await soak.RunAsync(cases, token);
        var second = await soak.RunAsync(Mix(cases), token);

        var evicted = models.CountLogged("Reason: Quota.");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cases.Count} models, {soak.Calls} calls in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F1} s (seed {Seed}): " +
            $"{models.CountLogged("Successfully loaded model")} loads, {evicted} evictions, at most {soak.MostCharged} models at once"));
        output.WriteLine(Summarize(first));
        var failures = first.Concat(second).Where(verdict => verdict.IsFailure)
            .Select(verdict => $"{verdict.Model} by {verdict.Way}: {verdict.Breakdown ?? verdict.Difference}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.True(failures.Count == 0, $"{failures.Count} failures:\n{string.Join('\n', failures)}");
        Assert.Equal(cases.Count, first.Select(verdict => verdict.Model).Distinct().Count());
        Assert.InRange(first.Count(verdict => verdict.HasPassed), LeastPassed, cases.Count);
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
            $"Passed over HTTP in JSON {Count(Way.Json)}, binary {Count(Way.Binary)}, by SDK {Count(Way.Sdk)}, failed {verdicts.Count(verdict => verdict.IsFailure)}, " +
            $"not passed by bare ONNX Runtime {notBare.Count}, " +
            $"of which here as expected {notBare.Count(verdict => verdict is { Difference: null, Breakdown: null })}:\n"));
        foreach (var verdict in notBare)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {verdict.Model}\n    bare: {verdict.BareFault}\n")
                .Append(CultureInfo.InvariantCulture, $"    here: {verdict.Difference ?? "as expected"}\n");
        }

        return text.ToString();

        int Count(Way way) => verdicts.Count(verdict => verdict.HasPassed && verdict.Way == way);
    }
}
