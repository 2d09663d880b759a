using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Residency;
using Orleans.Serialization;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The bytes that silos send each other, as Orleans writes what they say; without what Orleans itself puts around a message.</summary>
internal sealed class Gossip : IDisposable
{
    /// <summary>One row of so many is written; they are much alike.</summary>
    private const int Sampled = 64;

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private readonly Serializer _serializer;
    private readonly long _bytesOfGone;
    private long _rows;
    private long _asked;
    private long _answers;
    private (long Count, long Bytes) _sampledRows;
    private (long Count, long Bytes) _sampledFootprints;
    private (long Count, long Bytes) _sampledAnswers;

    public Gossip()
    {
        _serializer = _services.GetRequiredService<Serializer>();
        var grain = GrainId.Create("inference", "model-0000001");
        var address = new GrainAddress
        {
            GrainId = grain,
            ActivationId = ActivationId.GetDeterministic(grain),
            SiloAddress = SiloAddress.New(IPAddress.Loopback, 11111, 1),
        };
        _bytesOfGone = _serializer.SerializeToArray(ImmutableArray.Create(new ModelNews(address, "Inference", "model-0000001", null))).Length;
    }

    /// <summary>The messages with a row.</summary>
    public long RowMessages { get; private set; }

    /// <summary>The bytes of rows.</summary>
    public double RowBytes => RowMessages * GetMean(_sampledRows);

    /// <summary>The bytes of a row.</summary>
    public double BytesPerRow => GetMean(_sampledRows);

    /// <summary>The bytes of what loaded models take, which goes with rows.</summary>
    public double FootprintBytes => RowMessages * GetMean(_sampledFootprints);

    /// <summary>The bytes of answers to silos that asked before they evicted.</summary>
    public double AnswerBytes => _answers * GetMean(_sampledAnswers);

    /// <summary>The bytes of news that activations have ended.</summary>
    public long GoneBytes { get; private set; }

    /// <summary>The bytes of lists of the files that silos have.</summary>
    public long CachedBytes { get; private set; }

    public void CountRow(SiloRow row, int receivers)
    {
        RowMessages += receivers;

        // A list of files is much larger than all else in a row, and comes by the clock: each counts.
        if (row.Cached is { } cached)
        {
            CachedBytes += (long)receivers * _serializer.SerializeToArray(cached).Length;
            row = row with { Cached = null };
        }

        if (_rows++ % Sampled == 0)
        {
            var bare = row with { Footprints = [] };
            _sampledRows = Add(_sampledRows, bare);
            _sampledFootprints = (_sampledFootprints.Count + 1, _sampledFootprints.Bytes + Measure(row) - Measure(bare));
        }
    }

    public void CountAnswers(List<SiloRow> answers)
    {
        _answers += answers.Count;
        if (_asked++ % Sampled == 0 && answers.Count > 0)
        {
            _sampledAnswers = Add(_sampledAnswers, answers[0]);
        }
    }

    public void CountGone(int receivers) => GoneBytes += receivers * _bytesOfGone;

    public void Dispose() => _services.Dispose();

    private (long Count, long Bytes) Add((long Count, long Bytes) sampled, SiloRow row) =>
        (sampled.Count + 1, sampled.Bytes + Measure(row));

    private int Measure(SiloRow row) => _serializer.SerializeToArray(row).Length;

    private static double GetMean((long Count, long Bytes) sampled) => sampled.Count == 0 ? 0 : (double)sampled.Bytes / sampled.Count;
}
