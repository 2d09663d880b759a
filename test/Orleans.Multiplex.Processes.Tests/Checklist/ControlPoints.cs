using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>Points 21 to 26 of the checklist: what models do over time.</summary>
[Collection(OneGateway.Name)]
public sealed class ControlPoints(ChecklistGateway gateway)
{
    private static readonly Value Row = Value.Of("x", [1f, 2, 3, 4], 1, 4);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>21: the index lists all models, with <c>ready: true</c> those that are ready; one that was never loaded has no state.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point21_Index_ListsAllModelsOrTheReadyOnes(Wire wire)
    {
        using var client = gateway.Open(wire);
        await client.LoadAsync("whole");
        await client.LoadAsync("numbers");
        await client.UnloadAsync("numbers");
        await client.RefuseAsync(new Ask("broken", Row));

        var all = await client.GetIndexAsync(readyOnly: false);
        var ready = await client.GetIndexAsync(readyOnly: true);

        Assert.Equal(["READY", "UNAVAILABLE", "UNAVAILABLE", ""], [.. all["whole"], .. all["numbers"], .. all["broken"], .. all["never"]]);
        Assert.Equal(["READY"], ready["whole"]);

        // Of a model with versions, those that other tests loaded are ready side by side.
        Assert.All(ready, static states => Assert.All(states, static state => Assert.Equal("READY", state)));
        Assert.DoesNotContain(ready, states => states.Key is "numbers" or "broken" or "never");
    }

    /// <summary>22: to load twice, and to unload twice, is as once.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point22_LoadTwice_LoadsOnce(Wire wire)
    {
        using var client = gateway.Open(wire);
        var model = $"twice-{wire}";
        gateway.AddModel(model, TestModels.Affine(1, 1));

        await client.LoadAsync(model);
        await client.LoadAsync(model);
        Assert.Equal(["READY"], (await client.GetIndexAsync(readyOnly: false))[model]);
        await client.UnloadAsync(model);
        await client.UnloadAsync(model);
        Assert.Equal(["UNAVAILABLE"], (await client.GetIndexAsync(readyOnly: false))[model]);

        await ChecklistGateway.UntilAsync(() => Task.FromResult(Logged($"Unloading model '{model}'") > 0), "the unload is logged");
        Assert.Equal((1, 1), (Logged($"Successfully loaded model '{model}'"), Logged($"Unloading model '{model}'")));
    }

    /// <summary>23: a model that is unloaded while it is in use: its requests finish, and new ones are answered, by the model loaded again.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "They are awaited.")]
    public async Task Point23_UnloadWhileInUse_RequestsFinishAndNewOnesAreAnswered(Wire wire)
    {
        using var client = gateway.Open(wire);
        var number = await FindNumberAsync(client, TimeSpan.FromSeconds(3));
        var running = client.RunAsync(Use.Count(number));
        await ChecklistGateway.UntilAsync(async () => await gateway.GetInFlightAsync("count") > 0, "the request runs");

        var unloading = client.UnloadAsync("count");
        await ChecklistGateway.UntilAsync(async () => (await gateway.GetResidentsAsync("count")).Exists(one => one.State == "draining"), "the model drains");
        Assert.Equal((long[])[7], await client.RunAsync(Use.Count(7)));

        Assert.False(running.IsCompleted || unloading.IsCompleted);
        Assert.Equal((long[])[number], await running);
        await unloading;
        Assert.Equal(["ready"], (await gateway.GetResidentsAsync("count")).Select(one => one.State));
    }

    /// <summary>24: the counters never fall, and those of success and failure are together the requests that were sent.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point24_Statistics_CountEachRequestOnce(Wire wire)
    {
        using var client = gateway.Open(wire);
        var model = $"counted-{wire}";
        gateway.AddModel(model, TestModels.Affine(1, 1));
        var (successes, failures) = (0UL, 0UL);

        foreach (var isRight in (bool[])[true, false, true, true, false])
        {
            var ask = new Ask(model, isRight ? Row : Row with { Name = "z" });
            if (isRight)
            {
                await client.RunAsync(ask);
                successes++;
            }
            else
            {
                await client.RefuseAsync(ask);
                failures++;
            }

            Assert.Equal((successes, failures), await client.CountAsync(model));
        }

        // Also when it is unloaded.
        await client.UnloadAsync(model);
        Assert.Equal((successes, failures), await client.CountAsync(model));
    }

    /// <summary>25: a client that disconnects takes its queued request with it, while all threads are busy. In full: ClientGoneTests.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point25_ClientDisconnects_ItsQueuedWorkIsDropped(Wire wire)
    {
        using var others = gateway.Open(wire);
        await others.RunAsync(Use.Count(1));
        await using var first = await Use.StartAsync(others, InFlightAsync);
        await using var second = await Use.StartAsync(others, InFlightAsync);
        var busy = await InFlightAsync();
        var gone = gateway.Open(wire);
        await using var queued = await Use.StartAsync(gone, InFlightAsync);

        gone.Dispose();

        await ChecklistGateway.UntilAsync(async () => await InFlightAsync() == busy, "the queued request is gone");
        await first.EndAsync();
        await second.EndAsync();
        await ChecklistGateway.UntilAsync(async () => await InFlightAsync() == 0, "nothing runs");

        Task<int> InFlightAsync() => gateway.GetInFlightAsync("count");
    }

    /// <summary>26: two clients that ask for one cold model at once make one load.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point26_TwoClientsAskForAColdModel_MakesOneLoad(Wire wire)
    {
        using var one = gateway.Open(wire);
        using var two = gateway.Open(wire);
        var row = Value.Of("x", new float[16], 1, 16);
        for (var i = 0; i < 5; i++)
        {
            // Large enough that it is still being loaded when the second request comes.
            var model = $"cold-{wire}-{i}";
            gateway.AddModel(model, TestModels.Mlp(1_000_000));

            await Task.WhenAll(one.InferAsync(new Ask(model, row), Token), two.InferAsync(new Ask(model, row), Token));

            await ChecklistGateway.UntilAsync(() => Task.FromResult(Logged($"Successfully loaded model '{model}'") > 0), "the load is logged");
            Assert.Equal((1, 1), (Logged($"Loading model '{model}'"), (await gateway.GetResidentsAsync(model)).Count));
        }
    }

    private static async Task<long> FindNumberAsync(IWire client, TimeSpan time)
    {
        const long Few = 100_000;
        await client.RunAsync(Use.Count(1));
        var start = TimeProvider.System.GetTimestamp();
        await client.RunAsync(Use.Count(Few));
        return (long)(Few * (time / TimeProvider.System.GetElapsedTime(start)));
    }

    private int Logged(string text) => gateway.Process.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));
}
