namespace Orleans.Multiplex.Benchmarks.Serving;

/// <summary>How long and how often things are measured.</summary>
/// <param name="Rounds">The rounds, in each of which every server has its turn.</param>
/// <param name="WarmUps">How often each server is loaded in each way before, at least.</param>
/// <param name="FirstWarmUps">How often in the first way, at least: most of what it needs is compiled then.</param>
/// <param name="MostWarmUps">How often at most, while a request takes less processor time each time.</param>
/// <param name="WarmUpSeconds">How long that lasts.</param>
/// <param name="LoadSeconds">How long a load lasts.</param>
/// <param name="OverloadSeconds">How long an overload lasts.</param>
/// <param name="SettleSeconds">How long what loading leaves behind, as code to be compiled, may take before that.</param>
/// <param name="IdleSeconds">How long a gateway is watched that does nothing.</param>
/// <param name="ManyModels">The models under the Zipf law.</param>
/// <param name="IdleModels">The resident models of a gateway that does nothing.</param>
/// <param name="PeakModels">How many of the models have their peaks measured: tiny, mlp, conv.</param>
/// <param name="Starts">How often servers are started anew where they are compared so closely that one start says too little.</param>
/// <param name="MaxRequests">The most requests of a load; zero for no such limit.</param>
internal sealed record Plan(
    int Rounds, int WarmUps, int FirstWarmUps, int MostWarmUps, double WarmUpSeconds, double LoadSeconds, double OverloadSeconds, double SettleSeconds, double IdleSeconds, int ManyModels,
    int IdleModels, int PeakModels = 3, int Starts = 5, long MaxRequests = 0)
{
    public static readonly Plan Full = new(
        Rounds: 5, WarmUps: 2, FirstWarmUps: 8, MostWarmUps: 12, WarmUpSeconds: 1.5, LoadSeconds: 1.5, OverloadSeconds: 30, SettleSeconds: 90, IdleSeconds: 40, ManyModels: 100, IdleModels: 1000);

    public static readonly Plan Quick = new(
        Rounds: 3, WarmUps: 2, FirstWarmUps: 8, MostWarmUps: 12, WarmUpSeconds: 1, LoadSeconds: 0.7, OverloadSeconds: 8, SettleSeconds: 40, IdleSeconds: 10, ManyModels: 100, IdleModels: 200);

    /// <summary>Everything once, to see that it works; its figures say nothing. Loads end with their requests, long before their time.</summary>
    public static readonly Plan Smoke = new(
        Rounds: 1, WarmUps: 0, FirstWarmUps: 0, MostWarmUps: 0, WarmUpSeconds: 0, LoadSeconds: 5, OverloadSeconds: 5, SettleSeconds: 0.2, IdleSeconds: 0.2, ManyModels: 3, IdleModels: 3, PeakModels: 1, Starts: 1, MaxRequests: 40);
}
