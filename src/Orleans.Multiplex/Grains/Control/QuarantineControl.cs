using System.Collections.Immutable;
using Orleans.Multiplex.Residency.Quarantine;

namespace Orleans.Multiplex.Grains.Control;

/// <summary>What operators ask of quarantined versions, and do to them, in the whole cluster.</summary>
internal sealed class QuarantineControl(ResidencyChannel channel, QuarantinedModels quarantine)
{
    /// <summary>The longest to wait for what one silo knows.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<ImmutableArray<QuarantineReport>> GetAsync(CancellationToken cancellationToken)
    {
        await AskAsync(cancellationToken);
        return QuarantineReports.Of(quarantine.FindAll());
    }

    public async Task<ImmutableArray<QuarantineReport>> ClearAsync(string model, CancellationToken cancellationToken)
    {
        var key = ModelKey.Parse(model);
        await AskAsync(cancellationToken);
        var cleared = quarantine.Clear(key);
        if (cleared.IsEmpty)
        {
            throw new ModelNotFoundException(model, $"No version of model '{model}' is quarantined.");
        }

        // A silo that was killed after the answer, before it was written there, would refuse the model again. Only one that has gone is not waited for:
        // it is told when it comes back.
        var table = quarantine.Table;
        await channel.AskAllAsync(exchange => TakeAsync(exchange, table), patience: null, cancellationToken);
        return QuarantineReports.Of(cleared);
    }

    private static async Task<bool> TakeAsync(IResidencyExchange exchange, QuarantineTable table)
    {
        await exchange.TakeQuarantineAsync(table);
        return true;
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        channel.Refresh();
        foreach (var table in await channel.AskAllAsync(static exchange => exchange.GetQuarantineAsync(), Patience, cancellationToken))
        {
            quarantine.Take(table);
        }
    }
}
