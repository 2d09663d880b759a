using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading.Quarantine;

/// <summary>
/// Stands before the opening of models by native code, which may end the process: no version ends a silo twice.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>At start, and again before a version is opened that no silo of this machine has opened yet, or when a silo has come or gone, the marks are looked at
/// that silos of this machine left which ended while they were opening something: those versions are quarantined.</item>
/// <item>What is quarantined is refused, whichever silo found it out.</item>
/// <item>Before a version is opened, a mark of it is set, and taken away when it was opened or has failed to. So it is for the first run of one that was not tried
/// elsewhere. A silo that ends leaves it.</item>
/// <item>Where no silo of this machine has run the version and it was not tried elsewhere, the other machines are told before: they do not see the mark. Should
/// this silo be lost before it tells the end, they quarantine the version.</item>
/// <item>Where it is not the version itself that is opened but a form that was made of it, the mark says so. One that a silo ended on is given up for good: who
/// clears the version has the version itself opened, and so have other versions of the same content, which are not quarantined.</item>
/// </list>
/// </remarks>
/// <param name="quarantine">What is known in the cluster.</param>
/// <param name="kept">What is kept on this machine.</param>
/// <param name="marks">The marks of this silo.</param>
/// <param name="left">The marks that others left.</param>
/// <param name="folder">The cache's folder.</param>
/// <param name="channel">The other silos.</param>
/// <param name="store">The store's name.</param>
/// <param name="areTried">Whether models are opened before where that harms no silo.</param>
/// <param name="forms">What the backend makes of models to open it in their place; null for one that makes nothing.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class OpeningGuard(
    QuarantinedModels quarantine,
    KeptQuarantine kept,
    OpeningMarks marks,
    LeftMarks left,
    CacheFolder folder,
    IQuarantineChannel channel,
    string store,
    bool areTried,
    IModelForms? forms,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>The longest that the other silos are waited for, who are told all the same.</summary>
    private static readonly TimeSpan AnnouncePatience = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest to wait for one silo that is asked what it knows.</summary>
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(1);

    /// <summary>An entry is of no use when the store has other files in its place, but they may be put back: it is kept for so long.</summary>
    private static readonly TimeSpan ObsoleteAfter = TimeSpan.FromDays(7);

    private readonly Lock _lock = new();
    private readonly Lock _looking = new();
    private readonly ILogger _logger = logger;
    private Task? _asking;
    private long _lookedAt = long.MinValue;

    /// <summary>Looks what silos of this machine left, before anything is opened.</summary>
    public void Start()
    {
        kept.Start();
        Look();
    }

    /// <summary>The silo stops: waits until what was found is kept.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => kept.StopAsync(cancellationToken);

    /// <summary>Learns what the other silos know. Once; later they tell.</summary>
    public Task AskAsync()
    {
        lock (_lock)
        {
            return _asking ??= AskOnceAsync();
        }
    }

    /// <summary>Refuses a version that is not to be opened.</summary>
    /// <exception cref="ModelQuarantinedException">It is quarantined.</exception>
    public void Check(ModelManifest manifest)
    {
        if (quarantine.IsEmpty)
        {
            return;
        }

        var key = VersionKey.Of(store, manifest);
        Check(key);
        var now = time.GetUtcNow();
        quarantine.Add(quarantine.FindAll(manifest.Key)
            .Where(entry => entry.Mark.Key != key && now - entry.Mark.At > ObsoleteAfter)
            .Select(static entry => entry with { IsCleared = true }));
    }

    /// <summary>Lets a version be opened. What it returns is disposed when native code has left its files alone again.</summary>
    /// <exception cref="ModelQuarantinedException">It is quarantined.</exception>
    public ValueTask<IDisposable?> AdmitAsync(ModelArtifact artifact, CancellationToken cancellationToken) => AdmitAsync(artifact, isRun: false, cancellationToken);

    /// <summary>Lets a version be run for the first time since it was opened. What it returns is disposed when the run has ended; null where models are tried.</summary>
    /// <exception cref="ModelQuarantinedException">It is quarantined.</exception>
    public ValueTask<IDisposable?> AdmitRunAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        areTried ? default : AdmitAsync(artifact, isRun: true, cancellationToken);

    private async ValueTask<IDisposable?> AdmitAsync(ModelArtifact artifact, bool isRun, CancellationToken cancellationToken)
    {
        if (artifact.Contents?.Version is not { } key)
        {
            return null;
        }

        await AskAsync().WaitAsync(cancellationToken);
        var isFirst = !File.Exists(folder.Run(key));
        if ((isFirst && !isRun) || channel.ClusterVersion != Volatile.Read(ref _lookedAt))
        {
            Look();
            kept.Look(key);
        }

        Check(key);
#pragma warning disable CA2000 // The caller owns it.
        var admission = new Admission(this, marks.Set(key, artifact.Id, artifact.Version ?? 0, FindForm(artifact), isRun), notes: isFirst && (isRun || areTried));
#pragma warning restore CA2000
        if (isFirst && !areTried)
        {
            try
            {
                quarantine.Announce(admission.Mark);
                await channel.AnnounceAsync(AnnouncePatience, cancellationToken);
            }
            catch
            {
                admission.Abandon();
                throw;
            }
        }

        return admission;
    }

    private void Check(string key)
    {
        if (quarantine.Find(key) is { } entry)
        {
            throw new ModelQuarantinedException(entry.Reason);
        }
    }

    private string? FindForm(ModelArtifact artifact)
    {
        var form = forms?.FindForm(artifact);
        if (form is not null && quarantine.HasEnded(form))
        {
            forms!.GiveUpForm(artifact);
            return null;
        }

        return form;
    }

    // One after the other: who comes while another looks must not go on before that has found what there is.
    private void Look()
    {
        lock (_looking)
        {
            // First, so that who comes or goes from here on has it looked at again.
            Volatile.Write(ref _lookedAt, channel.ClusterVersion);
            channel.Refresh();
            left.Take(found =>
            {
                // It is kept before the marks are removed, which are all that says so otherwise.
                quarantine.Add(QuarantineEntry.Of(found));
                return kept.Flush();
            });
        }
    }

    private async Task AskOnceAsync()
    {
        try
        {
            foreach (var table in await channel.AskAsync(AskPatience, CancellationToken.None))
            {
                quarantine.Take(table);
            }
        }
#pragma warning disable CA1031 // It is asked for once: whatever it is, what the others know comes with what they tell, and models are opened meanwhile.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotAsked(fault);
        }
    }

    private void NoteRun(string key)
    {
        try
        {
            File.WriteAllBytes(folder.Run(key), []);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The version has gone from the cache meanwhile, or the disk is full: the next opening is as the first.
            LogNotNoted(fault.Message);
        }
    }

    private sealed class Admission(OpeningGuard guard, OpeningMarks.Held held, bool notes) : IDisposable
    {
        private int _hasEnded;

        public OpeningMark Mark => held.Mark;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            {
                if (notes)
                {
                    guard.NoteRun(Mark.Key);
                }

                End();
            }
        }

        /// <summary>It was not opened.</summary>
        public void Abandon()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            {
                End();
            }
        }

        private void End()
        {
            held.Dispose();
            guard.Withdraw(Mark);
        }
    }

    private void Withdraw(OpeningMark mark) => quarantine.Withdraw(mark);

    [LoggerMessage(LogEvents.LoadingIds + 43, LogLevel.Debug, "It could not be noted that a model was run here: {Fault}")]
    private partial void LogNotNoted(string fault);

    [LoggerMessage(LogEvents.LoadingIds + 44, LogLevel.Warning, "The other silos could not be asked which models are quarantined; it is known when they tell it.")]
    private partial void LogNotAsked(Exception fault);
}
