using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Benchmarks.Runs;

/// <summary>
/// A run from a request's bytes to an answer's: scheduler, binding, run and copy, beside ONNX Runtime's <c>Run</c> alone on values that are there already.
/// </summary>
[SuppressMessage("Performance", "CA1515", Justification = "BenchmarkDotNet derives from it.")]
[SuppressMessage("Design", "CA1001", Justification = "Disposed in the cleanup.")]
[MemoryDiagnoser]
public class RunOverhead
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private DirectoryInfo _folder = null!;
    private SessionOptions _settings = null!;
    private InferenceSession _bare = null!;
    private OrtValue _value = null!;
    private OnnxSession _session = null!;
    private InferenceScheduler _scheduler = null!;
    private InferenceRunner _runner = null!;
    private Resident _resident = null!;
    private InferenceRequest _request = null!;
    private readonly RunOptions _options = new();
    private readonly string[] _inputs = ["x"];
    private readonly string[] _outputs = ["y"];

    /// <summary>The models: of some microseconds, a hundred and several hundred.</summary>
    [Params("tiny", "mlp", "conv")]
    public string Model { get; set; } = "";

    [GlobalSetup]
    public void Start()
    {
        NativeEnvironment.Start(NullLogger.Instance);
        _folder = Directory.CreateTempSubdirectory("multiplex-runs-");
        var path = Path.Combine(_folder.FullName, "model.onnx");
        var shape = Write(path);
        var input = new float[shape.Aggregate(1L, static (product, dimension) => product * dimension)];
        Array.Fill(input, 0.5f);
        _settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableMemoryPattern = false };
        _settings.AddSessionConfigEntry("session.use_env_allocators", "1");
        _bare = new InferenceSession(path, _settings);
        _value = OrtValue.CreateTensorValueFromMemory(input, shape);

        _session = OriginalOpening.Open("m", path, isWhole: true, null, SessionHooks.None, TimeProvider.System, CancellationToken.None);
        _scheduler = new InferenceScheduler(
            new(Environment.ProcessorCount, 1000, 1000, TimeSpan.FromSeconds(1)), "silo", TimeProvider.System, NullLogger.Instance);
        _runner = new InferenceRunner(_scheduler, new BatchLimits(32, TimeSpan.Zero), ArrayPool<byte>.Shared, TimeProvider.System, NullLogger.Instance);
        _resident = new Resident(new ResidentKey("A", "m", 1), "m", new ModelPool("A", 1), new UseClock(TimeProvider.System));
        _resident.MoveTo(ResidentState.Checking);
        _resident.MoveTo(ResidentState.Reserving);
        _resident.MoveTo(ResidentState.Opening);
        _resident.CompleteLoad(_session);
        _request = new InferenceRequest([new Tensor("x", TensorType.Float32, [.. shape], MemoryMarshal.AsBytes(input.AsSpan()).ToArray())]);
        for (var i = 0; i < 100; i++)
        {
            _scheduler.GetRuns(_resident, "m").Measure(TimeSpan.FromMicroseconds(10), items: 1, bytes: 1 << 20);
        }
    }

    [GlobalCleanup]
    public void End()
    {
        _scheduler.Dispose();
        _session.Dispose();
        _value.Dispose();
        _bare.Dispose();
        _settings.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>ONNX Runtime alone.</summary>
    [Benchmark(Baseline = true)]
    public int Bare()
    {
        using var outputs = _bare.Run(_options, _inputs, [_value], _outputs);
        return outputs.Count;
    }

    /// <summary>On the caller's thread, as a short run of a model of the caller's process. The first ones, which .NET has yet to compile, are too long for that.</summary>
    [Benchmark]
    public async Task<int> HereAsync()
    {
        using var lease = Lease();
        return (_runner.TryRunHere(lease, _request, Minute, CancellationToken.None)
            ?? await _runner.RunAsync(lease, _request, null, Minute, CancellationToken.None, CancellationToken.None)).Outputs.Length;
    }

    /// <summary>On an inference thread, with the ways to it and back.</summary>
    [Benchmark]
    public async Task<int> QueuedAsync()
    {
        using var lease = Lease();
        return (await _runner.RunAsync(lease, _request, null, Minute, CancellationToken.None, CancellationToken.None)).Outputs.Length;
    }

    private ModelLease Lease()
    {
        if (!_resident.TryUse())
        {
            throw new InvalidOperationException("The model is not there.");
        }

        return new ModelLease(_resident, TimeSpan.Zero, isCold: false);
    }

    private long[] Write(string path)
    {
        switch (Model)
        {
            case "tiny":
                LargeModels.WritePerceptron(path, 16, 68, 16);
                return [1, 16];
            case "mlp":
                LargeModels.WritePerceptron(path, 512, 2048, 512);
                return [1, 512];
            default:
                LargeModels.WriteResNet(path, [16, 32, 64], classes: 100, side: 64);
                return [1, 3, 64, 64];
        }
    }
}
