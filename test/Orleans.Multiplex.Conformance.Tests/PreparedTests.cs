using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Conformance.Tests.Cases;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Xunit;

namespace Orleans.Multiplex.Conformance.Tests;

/// <summary>Real models that nobody here wrote, prepared: each gives what its original gives, on the inputs that lie beside it.</summary>
public sealed class PreparedTests(ITestOutputHelper output)
{
    // The rest needs inputs that cannot be made up, or gives other outputs each time.
    private const double LeastPrepared = 0.7;

    private const int RunsToShowChance = 50;

    // All of them are small; opened as large ones are, they show that other form too.
    [Theory]
    [InlineData(Opening.Read)]
    [InlineData(Opening.Unpacked)]
    public void Prepare_ModelsOfThePackage_GiveWhatTheirOriginalsGive(object opening)
    {
        var root = Directory.CreateTempSubdirectory("multiplex-prepared-");
        try
        {
            var cases = PackageCase.ReadAll();
            var preparation = new ModelPreparation(NullLoggerFactory.Instance, TimeProvider.System, TimeSpan.FromSeconds(5), _ => (Opening)opening);
            var reasons = new ConcurrentBag<(string Model, string Reason)>();
            var failures = new ConcurrentBag<string>();
            Parallel.ForEach(
                cases,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = TestContext.Current.CancellationToken },
                (model, _, number) =>
                {
                    var folder = Path.Combine(root.FullName, number.ToString(CultureInfo.InvariantCulture));
                    var outcome = preparation.Prepare(model.File, folder, TestContext.Current.CancellationToken);
                    if (outcome.Model is not { } prepared)
                    {
                        reasons.Add((model.Id, outcome.Reason!));
                    }
                    else if (FindDifference(model, prepared) is { } difference)
                    {
                        failures.Add($"{model.Id}: {difference}");
                    }
                });

            output.WriteLine($"{cases.Count - reasons.Count} of {cases.Count} models prepared to be opened {opening}. Not:\n"
                + string.Join('\n', reasons.OrderBy(static pair => pair.Model, StringComparer.Ordinal).Select(static pair => $"  {pair.Model}: {pair.Reason}")));
            Assert.True(failures.IsEmpty, string.Join('\n', failures.Order(StringComparer.Ordinal)));
            Assert.InRange(cases.Count - reasons.Count, (int)(cases.Count * LeastPrepared), cases.Count);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static string? FindDifference(PackageCase model, PreparedModel prepared)
    {
        using var original = OriginalOpening.Open(model.Id, model.File, isWhole: true, tried: null, SessionHooks.None, TimeProvider.System, CancellationToken.None);
        return model.DataSets
            .SelectMany(_ => prepared.Openings, (set, opening) => FindDifference(original, prepared, opening, [.. set.Inputs.OfType<ModelValue>()]))
            .FirstOrDefault(static difference => difference is not null);
    }

    private static string? FindDifference(IInferenceSession original, PreparedModel prepared, Opening opening, ImmutableArray<ModelValue> inputs)
    {
        using var session = PreparedOpening.Open("m", prepared, opening, SessionHooks.None, TimeProvider.System, CancellationToken.None);
        var (expected, expectedFault) = TryRun(original, inputs);
        var (actual, actualFault) = TryRun(session, inputs);

        var difference = expectedFault is null != actualFault is null
            ? $"{actualFault ?? "an answer"} instead of {expectedFault ?? "an answer"}"
            : Comparison.FindDifference(expected, actual);

        // A model that answers at random differs from itself, if not each time: a few elements that are one or zero may well be the same twice.
        return difference is not null && Enumerable.Range(0, RunsToShowChance).Any(_ => Comparison.FindDifference(expected, TryRun(original, inputs).Outputs) is not null)
            ? null
            : difference;
    }

    private static (ImmutableArray<ModelValue> Outputs, string? Fault) TryRun(IInferenceSession session, ImmutableArray<ModelValue> inputs)
    {
        try
        {
            var request = new InferenceRequest(inputs);
            session.Check(request);
            return (session.Run(request, TestContext.Current.CancellationToken).Outputs, null);
        }
        catch (MultiplexException fault)
        {
            return ([], fault.Message);
        }
    }
}
