using System.Globalization;
using System.Security.Cryptography;
using Orleans.Multiplex.Chaos.Phases;

namespace Orleans.Multiplex.Chaos;

/// <summary>What is done to the cluster, and for how long.</summary>
/// <param name="Settle">How long the load goes on before and after each fault.</param>
/// <param name="Outage">How long the store and Redis are away.</param>
/// <param name="Freeze">How long a silo is frozen.</param>
/// <param name="IsShuffled">Whether all of it is done once more, in random order.</param>
/// <param name="Seed">Makes the random choices.</param>
internal sealed record ChaosPlan(TimeSpan Settle, TimeSpan Outage, TimeSpan Freeze, bool IsShuffled, int Seed)
{
    public const string Usage = """
        Breaks a cluster of real processes under load, checks every answer, and says what came of it.

          Orleans.Multiplex.Chaos short|long [seed=<number>]

        short takes two minutes: each fault once. long has longer outages, and all faults once more in random order. The exit code is 1 when a promise was broken.
        """;

    public static ChaosPlan? Read(string[] arguments)
    {
        if (arguments is not [var form, .. var rest] || rest.Length > 1)
        {
            return null;
        }

        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        if (rest is [var given] && !(given.StartsWith("seed=", StringComparison.Ordinal) && int.TryParse(given["seed=".Length..], CultureInfo.InvariantCulture, out seed)))
        {
            return null;
        }

        return form switch
        {
            "short" => new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(20), IsShuffled: false, seed),
            "long" => new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), IsShuffled: true, seed),
            _ => null,
        };
    }

    /// <summary>The phases in their turn, and then in random order where that is wanted.</summary>
    public IEnumerable<Phase> Order(IReadOnlyList<Phase> phases)
    {
        if (!IsShuffled)
        {
            return phases;
        }

        Phase[] shuffled = [.. phases];
        new Random(Seed).Shuffle(shuffled);
        return phases.Concat(shuffled);
    }
}
