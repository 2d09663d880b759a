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
                    foreach (var way in WaysOf(set))
                    {
                        verdicts.Enqueue(await JudgeAsync(model, set, way, token));
                    }
                }
            });
        await LookAsync(cancellationToken);
        return verdicts;
    }

    // Raw bytes carry any tensor, JSON only some.
    private static IEnumerable<Way> WaysOf(DataSet set) =>
        set.InputTensors is not { } inputs || set.OutputTensors is not { } outputs ? [Way.Sdk]
        : inputs.Concat(outputs).All(JsonTensors.CanCarry) ? [Way.Json, Way.Binary, Way.GrpcRaw]
        : [Way.Binary, Way.GrpcRaw];

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever comes is reported with its model.")]
    private async Task<Verdict> JudgeAsync(PackageCase model, DataSet set, Way way, CancellationToken cancellationToken)
    {
        var verdict = new Verdict(model.Id, way, null, _bareFaults.GetOrAdd(model.Id, _ => new(() => BareRuntime.FindFault(model))).Value);
        try
        {
            var outputs = await CallAsync(model, set, way, cancellationToken);
            return verdict with { Difference = Comparison.FindDifference(way == Way.Sdk ? set.Outputs : set.OutputTensors!, outputs) };
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

    private async Task<IReadOnlyList<ModelValue>> CallAsync(PackageCase model, DataSet set, Way way, CancellationToken cancellationToken) => way switch
    {
        Way.Json => await models.Http.InferAsync(model.Id, set.InputTensors!, [], cancellationToken),
        Way.Binary => await models.Http.InferBinaryAsync(model.Id, set.InputTensors!, cancellationToken),
        Way.GrpcRaw => await models.Grpc.InferAsync(model.Id, set.InputTensors!, cancellationToken),

        // An optional value that is not there is left out.
        _ => (await models.Sdk.InferAsync(model.Id, set.Inputs.OfType<ModelValue>(), cancellationToken: cancellationToken)).Outputs,
    };

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
