using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Whether a model that finds no room on this silo is passed on. It is when another silo has room: all are asked, or a hundred of very many, and what a silo says of
/// itself now is a fact. A model that comes there too late is passed on once more, but then another model got the room for good: so a
/// model goes to a silo with room as long as there is one (up to eight times a second from each silo). A silo that does not answer may have room by its last news, and a full one may
/// have a much older victim, or be large enough: on such grounds a model is passed on a few times only.
/// </summary>
/// <remarks>From a silo that leaves it is passed on to any that does not.</remarks>
internal sealed class PassingOn(ResidencyInquiry inquiry, PassOnRule rule)
{
    public async Task<bool> IsBetterAsync(ModelPool pool, string model, long bytes, CancellationToken cancellationToken) =>
        rule.IsBetter(pool.Name, model, bytes, await inquiry.AskAsync(model, bytes, cancellationToken));
}
