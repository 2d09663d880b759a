using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Journal;
using Orleans.Multiplex.Tests.Client;
using static Orleans.Multiplex.Tests.Grains.Events.Members;

namespace Orleans.Multiplex.Tests.Grains.Events;

/// <summary>The silos of a cluster that a test makes up, with journals of their own, behind a channel that takes them for real ones.</summary>
internal sealed class FakeSilos : IClusterMembershipService
{
    private readonly Dictionary<SiloAddress, SiloJournal> _journals = [];
    private readonly Dictionary<SiloAddress, Func<Task<JournalPage>>> _silent = [];

    public FakeSilos()
    {
        var services = new ServiceCollection();
        Add("Orleans.IInternalGrainFactory, Orleans.Core", arguments => ExchangeOf(SiloAddress.FromParsableString(((GrainId)arguments[0]!).Key.ToString()!)));
        Add("Orleans.Runtime.ConsistentRing.IConsistentRingProvider, Orleans.Runtime", static _ => throw new InvalidOperationException("Silos are asked by their addresses."));
        Channel = new ResidencyChannel(services.BuildServiceProvider(), this, new LocalSilo(Address(1)), new ClusterResidencyView(Time), null!, null!, null!, null!, Time);

        void Add(string type, Func<object?[], object> answer)
        {
            var fake = FakeGrains.Internal(type, (_, arguments) => answer(arguments));
            services.AddSingleton(fake.GetType().GetInterfaces().Single(one => one.FullName == type.Split(',')[0]), fake);
        }
    }

    public WatchedTime Time { get; } = new();

    public ResidencyChannel Channel { get; }

    /// <summary>What silos were asked for: the place after which, and how many.</summary>
    public List<(SiloAddress Silo, long? After, int Limit)> Asked { get; } = [];

    /// <summary>What a silo answers to who asks whether it holds a model.</summary>
    public Func<SiloAddress, string, ModelKey, Task<long?>> FindHeld { get; set; } = static (_, _, _) => Task.FromResult<long?>(null);

    public ClusterMembershipSnapshot CurrentSnapshot { get; private set; } = new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, new MembershipVersion(1));

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new InvalidOperationException("Nobody follows the members here.");

    /// <summary>Has silos be there, from now on, in a state.</summary>
    public void Set(SiloStatus status, params ReadOnlySpan<int> silos)
    {
        foreach (var silo in silos)
        {
            _journals.TryAdd(Address(silo), new SiloJournal(NameOf(silo), Time));
            CurrentSnapshot = new(CurrentSnapshot.Members.SetItem(Address(silo), new ClusterMember(Address(silo), status, NameOf(silo))), new MembershipVersion(CurrentSnapshot.Version.Value + 1));
        }
    }

    /// <summary>Has something happen on a silo; a second passes after it unless told otherwise.</summary>
    public void Tell(int silo, string message, double seconds = 1)
    {
        _journals[Address(silo)].Add(new JournalEntry(ClusterEventKind.Loaded, "", message));
        Time.Advance(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Has a silo not answer, but do something else, until it is told to <see cref="Answer"/>.</summary>
    public void Silence(int silo, Func<Task<JournalPage>> instead) => _silent[Address(silo)] = instead;

    /// <summary>Has a silo answer again.</summary>
    public void Answer(int silo) => _silent.Remove(Address(silo));

    public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => default;

    public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);

    private object ExchangeOf(SiloAddress silo) => FakeGrains.Grain<IResidencyExchange>((method, arguments) =>
    {
        if (method == nameof(IResidencyExchange.FindHeldAsync))
        {
            return FindHeld(silo, (string)arguments[0]!, (ModelKey)arguments[1]!);
        }

        var (after, limit) = ((long?)arguments[0], (int)arguments[1]!);
        Asked.Add((silo, after, limit));
        return _silent.TryGetValue(silo, out var instead) ? instead() : Task.FromResult(_journals[silo].Read(after, limit));
    });
}
