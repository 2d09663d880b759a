using Orleans.Multiplex.Placement;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>
/// Which models go to a silo that has joined. Without them it would get the cold ones alone, those that are loaded anew, while the hot ones stay where they are and are all the work.
/// So those go for which it is the first in the model's own order of silos: one of so many as there are silos, the same by whomever they are chosen.
/// </summary>
internal static class SpreadRule
{
    /// <summary>The part of the joined silo that is left to models that nobody holds.</summary>
    private const double Reserved = 1.0 / 8;

    /// <summary>Whether the silo that has joined takes one more.</summary>
    public static bool HasRoom(SiloCandidate joined) => joined is { IsKnown: true, IsDraining: false } && joined.HasRoom(1)
        && joined.ChargedBytes < joined.MaxBytes * (1 - Reserved)
        && (joined.MaxModels < 0 || joined.ChargedModels < joined.MaxModels * (1 - Reserved));

    /// <summary>Whether a model belongs to the silo that has joined.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="joined">The silo that has joined.</param>
    /// <param name="silos">All silos that hold models, with that one.</param>
    public static bool Belongs(string modelId, string joined, IEnumerable<string> silos) =>
        silos.MaxBy(silo => Rendezvous.GetWeight(modelId, silo)) == joined;
}
