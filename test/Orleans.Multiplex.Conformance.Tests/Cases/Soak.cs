using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Conformance.Tests.Calls;

namespace Orleans.Multiplex.Conformance.Tests.Cases;

/// <summary>Sends cases to served models, several at a time, and watches how many models are held meanwhile.</summary>
internal sealed class Soak(ServedModels models)
{
    private const int Callers = 4;
    private const int CallsBetweenLooks = 20;

    private readonly ConcurrentDictionary<string, Lazy<string?>> _bareFaults = new(StringComparer.Ordinal);
    private int _calls;
    private int _mostCharged;

    public int Calls => _calls;

    /// <summary>The most models seen to have room reserved at once.</summary>
    public int MostCharged => _mostCharged;

    /// <summary>Runs cases in their order.</summary>
    public async Task<IReadOnlyCollection<Verdict>> RunAsync(IEnumerable<PackageCase> cases, CancellationToken cancellationToken)
    {
        var verdicts = new ConcurrentQueue<Verdict>();
        await Parallel.ForEachAsync(
            cases,
            new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellationToken },
            async (model, token) =>
            {
                foreach (var set in model.DataSets)
                {
                    verdicts.Enqueue(await JudgeAsync(model, set, token));
                }
            });
        await LookAsync(cancellationToken);
        return verdicts;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever comes is reported with its model.")]
    private async Task<Verdict> JudgeAsync(PackageCase model, DataSet set, CancellationToken cancellationToken)
    {
        var values = set.Inputs.Concat(set.Outputs).ToList();
        var way = values.All(JsonTensors.CanCarry) ? Way.Json : values.All(BinaryTensors.CanCarry) ? Way.Binary : Way.Sdk;
        var verdict = new Verdict(model.Id, way, null, _bareFaults.GetOrAdd(model.Id, _ => new(() => BareRuntime.FindFault(model))).Value);
        try
        {
            var outputs = await CallAsync(model, set, way, cancellationToken);
            return verdict with { Difference = Comparison.FindDifference(set.Outputs, outputs) };
        }
        catch (Exception e) when (e is MultiplexException or RefusedException)
        {
            return verdict with { Difference = $"{e.GetType().Name}: {e.Message}" };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return verdict with { Breakdown = e.ToString() };
        }
        finally
        {
            if (Interlocked.Increment(ref _calls) % CallsBetweenLooks == 0)
            {
                await LookAsync(cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<ModelValue>> CallAsync(PackageCase model, DataSet set, Way way, CancellationToken cancellationToken)
    {
        if (way == Way.Json)
        {
            return await models.Http.InferAsync(model.Id, set.Inputs.Cast<Tensor>(), [], cancellationToken);
        }

        if (way == Way.Binary)
        {
            return await models.Http.InferBinaryAsync(model.Id, [.. set.Inputs.Cast<Tensor>()], cancellationToken);
        }

        // An optional value that is not there is left out.
        var response = await models.Sdk.InferAsync(model.Id, set.Inputs.OfType<ModelValue>(), cancellationToken: cancellationToken);
        return response.Outputs;
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var charged = await models.GetChargedAsync(cancellationToken);
        for (var most = _mostCharged; charged > most;)
        {
            var seen = Interlocked.CompareExchange(ref _mostCharged, charged, most);
            most = seen == most ? charged : seen;
        }
    }
}
