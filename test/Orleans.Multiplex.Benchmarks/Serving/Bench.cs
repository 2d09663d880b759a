using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;
using Orleans.Multiplex.LoadGenerator;

namespace Orleans.Multiplex.Benchmarks.Serving;

/// <summary>Servers, models, and how they are compared: by turns, one under load at a time.</summary>
internal sealed class Bench(Plan plan, ServedModels models, ServerSet servers, int seed = 1)
{
    /// <summary>The connections at which a server is warmed up, and at which most is measured.</summary>
    public const int ManyConnections = 64;

    // What a request takes still falls while .NET compiles, and while a model is opened anew.
    private const double StillFalling = 0.93;

    private readonly HashSet<(ServerKind Kind, string Model, Wire)> _isWarm = [];
    private readonly Dictionary<(string Model, Wire), ServerKind> _better = [];
    private readonly Random _random = new(seed);

    public Plan Plan => plan;

    public ServedModels Models => models;

    public Task<Server> GetAsync(ServerKind kind) => servers.GetAsync(kind);

    /// <summary>A load; its address follows when a server takes it.</summary>
    public Load MakeLoad(IEnumerable<Call> calls, int connections, double rate = 0, double? seconds = null) => new()
    {
        Address = "",
        Calls = [.. calls],
        Connections = connections,
        Rate = rate,
        Seconds = seconds ?? plan.LoadSeconds,
        MaxRequests = plan.MaxRequests,
        CheckedOneOf = plan.MaxRequests > 0 ? 1 : 16,
    };

    /// <summary>Loads servers until .NET has compiled what they need, and the models have taken the form in which they run best.</summary>
    public async Task WarmUpAsync(ServedModel model, Wire wire, params IEnumerable<ServerKind> kinds)
    {
        foreach (var kind in kinds)
        {
            var least = _isWarm.Any(warm => warm.Kind == kind) ? plan.WarmUps : plan.FirstWarmUps;
            if (!_isWarm.Add((kind, model.Id, wire)))
            {
                continue;
            }

            var load = MakeLoad(model.Calls(wire), ManyConnections, seconds: plan.WarmUpSeconds);
            var before = double.PositiveInfinity;
            for (var i = 1; i <= plan.MostWarmUps; i++)
            {
                var now = (await Loader.MeasureAsync(await GetAsync(kind), wire, load)).CpuMicroseconds;
                if (i >= least && now > before * StillFalling)
                {
                    break;
                }

                before = now;
            }
        }
    }

    /// <summary>Loads servers by turns for so long that nothing is compiled any more: where differences are looked for that are smaller than what that takes.</summary>
    public async Task SettleAsync(ServedModel model, Wire wire, params IReadOnlyList<ServerKind> kinds)
    {
        var load = MakeLoad(model.Calls(wire), ManyConnections, seconds: plan.LoadSeconds);
        for (var seconds = 0.0; seconds < plan.SettleSeconds; seconds += kinds.Count * plan.LoadSeconds)
        {
            foreach (var kind in kinds)
            {
                await Loader.MeasureAsync(await GetAsync(kind), wire, load);
            }
        }
    }

    /// <summary>Finds out whether the server written by hand does better with a bound on the runs at once, which its author would have tried, too.</summary>
    public async Task<ServerKind> ChooseBareAsync(ServedModel model, Wire wire)
    {
        if (_better.TryGetValue((model.Id, wire), out var better))
        {
            return better;
        }

        await WarmUpAsync(model, wire, ServerKind.Bare, ServerKind.BareBounded);
        var free = await Loader.MeasureAsync(await GetAsync(ServerKind.Bare), wire, MakeLoad(model.Calls(wire), ManyConnections));
        var bounded = await Loader.MeasureAsync(await GetAsync(ServerKind.BareBounded), wire, MakeLoad(model.Calls(wire), ManyConnections));
        better = bounded.PerSecond > free.PerSecond ? ServerKind.BareBounded : ServerKind.Bare;
        _better.Add((model.Id, wire), better);
        return better;
    }

    /// <summary>Puts loads on servers, in rounds in which each has its turn, in an order that changes.</summary>
    /// <returns>What each gave, by the round.</returns>
    public async Task<IReadOnlyList<Measurement[]>> CompareAsync(Wire wire, int rounds, params IReadOnlyList<(ServerKind Kind, Load Load)> sides)
    {
        var measured = new List<Measurement[]>();
        for (var round = 0; round < rounds; round++)
        {
            var one = new Measurement[sides.Count];
            var order = Enumerable.Range(0, sides.Count).ToArray();
            _random.Shuffle(order);
            foreach (var side in order)
            {
                one[side] = await Loader.MeasureAsync(await GetAsync(sides[side].Kind), wire, sides[side].Load);
            }

            measured.Add(one);
        }

        return measured;
    }
}
