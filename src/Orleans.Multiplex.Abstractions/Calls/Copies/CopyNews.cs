using System.Collections.Immutable;

namespace Orleans.Multiplex.Calls.Copies;

/// <summary>What an answer says of its model's copies, so that its caller chooses well the next time without asking anyone.</summary>
/// <param name="Stamp">Stands for the silos: who knows it knows them. 0 where the model has no copies any more.</param>
/// <param name="Silos">The silos that have the model ready, the one first that has its grain; default where the caller knows them.</param>
/// <param name="Silo">The silo that answers.</param>
/// <param name="Users">How many requests use the model there or wait for it.</param>
/// <param name="Pace">How much each of them adds to the wait of the next one.</param>
[GenerateSerializer, Immutable, Alias("multiplex.CopyNews")]
internal sealed record CopyNews(long Stamp, ImmutableArray<SiloAddress> Silos, SiloAddress Silo, int Users, TimeSpan Pace);
