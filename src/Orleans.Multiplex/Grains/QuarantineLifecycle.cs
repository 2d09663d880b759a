using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency.Quarantine;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Ties quarantine to the silo's life. At start: what silos of this machine left is looked at before anything is opened, and the others are asked what they
/// know. While it lives: the grains forget why a model was refused when that is cleared. At stop: what was announced is taken back,
/// and what was found is on the disk.
/// </summary>
/// <param name="guard">Stands before the opening of models; null where there is no store or nothing that opens its models.</param>
/// <param name="quarantine">What is known.</param>
/// <param name="attachments">The grains' ties to their models.</param>
internal sealed class QuarantineLifecycle(OpeningGuard? guard, QuarantinedModels quarantine, ModelAttachments attachments)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    public void Participate(ISiloLifecycle observer)
    {
        if (guard is null)
        {
            return;
        }

        observer.Subscribe(nameof(QuarantineLifecycle), ServiceLifecycleStage.ApplicationServices, LookAsync, guard.StopAsync);
        observer.Subscribe(nameof(QuarantineLifecycle), ServiceLifecycleStage.Active, AskAsync, LeaveAsync);
    }

    public void Dispose() => quarantine.Changed -= OnChanged;

    private Task LookAsync(CancellationToken cancellationToken)
    {
        quarantine.Changed += OnChanged;
        guard!.Start();
        return Task.CompletedTask;
    }

    // Nobody waits for it but the first model that is opened.
    private Task AskAsync(CancellationToken cancellationToken)
    {
        _ = guard!.AskAsync();
        return Task.CompletedTask;
    }

    // A silo that has no time left does not leave in good order.
    private Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested)
        {
            quarantine.Leave();
        }

        return Task.CompletedTask;
    }

    private void OnChanged(QuarantineNews news)
    {
        if (news.Cleared.IsEmpty)
        {
            return;
        }

        foreach (var attachment in attachments.Loose.Where(one => one.Key is { } key && news.Cleared.Any(entry => entry.IsOf(key))))
        {
            attachment.ForgetFailure();
        }
    }
}
