using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Mutants;

/// <summary>
/// Sends many mutants, each made from a seed of its own: fresh ones, which are printed, or those from <c>MULTIPLEX_MUTANT_SEED</c> on. Each
/// has to be answered in time, and none may cost much memory.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "The faults are seeded, so that a failure can be had again.")]
internal static class MutantRun
{
    /// <summary>In every run.</summary>
    public const int Usual = 12_000;

    /// <summary>By command: <c>test/README.md</c> has it.</summary>
    public const int Million = 1_000_000;

    private const string SeedVariable = "MULTIPLEX_MUTANT_SEED";

    // Far above what one takes, client and server together (some 30 KiB), and far below what one that is trusted for its sizes would
    // take: the 64 MiB that a request may have make the batch fail that they are in.
    private const int Batch = 500;
    private const long MostBytes = 100 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends mutants; returns how many had each outcome.</summary>
    /// <param name="count">How many.</param>
    /// <param name="sendAsync">Makes one from the random numbers, sends it, and says what came of it; throws when that should not be.</param>
    public static async Task<IReadOnlyDictionary<string, int>> SendAsync(int count, Func<Random, Task<string>> sendAsync)
    {
        var first = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : RandomNumberGenerator.GetInt32(int.MaxValue - Million);
        var outcomes = new ConcurrentDictionary<string, int>();
        var start = TimeProvider.System.GetTimestamp();
        var most = 0L;
        for (var seed = first; seed < first + count; seed += Batch)
        {
            var before = GC.GetTotalAllocatedBytes();
            await Parallel.ForAsync(seed, seed + Batch, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = HttpHost.Cancellation }, async (one, _) =>
                outcomes.AddOrUpdate(await SendOneAsync(one, sendAsync), 1, static (_, number) => number + 1));
            var each = (GC.GetTotalAllocatedBytes() - before) / Batch;
            most = seed == first ? 0 : Math.Max(most, each);
            Assert.True(most < MostBytes, $"The mutants from {SeedVariable}={seed} took {each} bytes each.");
        }

        var took = TimeProvider.System.GetElapsedTime(start);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{count} mutants from {SeedVariable}={first} in {took.TotalSeconds:F1} s ({count / took.TotalSeconds:F0} a second, at most {most} bytes each): {string.Join(", ", outcomes.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"))}"));
        return outcomes;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Thrown again, with the seed.")]
    private static async Task<string> SendOneAsync(int seed, Func<Random, Task<string>> sendAsync)
    {
        try
        {
            return await sendAsync(new Random(seed)).WaitAsync(Patience, HttpHost.Cancellation);
        }
        catch (OperationCanceledException) when (HttpHost.Cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Have it again with {SeedVariable}={seed}: {error.Message}", error);
        }
    }
}
