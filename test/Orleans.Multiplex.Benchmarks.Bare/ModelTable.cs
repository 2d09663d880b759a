using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Orleans.Multiplex.Benchmarks.Bare;

/// <summary>The models, opened at start.</summary>
internal sealed class ModelTable : IDisposable
{
    private readonly FrozenDictionary<string, InferenceSession> _sessions;
    private readonly SemaphoreSlim? _gate;
    private readonly RunOptions _options = new();

    public ModelTable(string folder, int runsAtOnce)
    {
        // One pool of memory for all sessions, and no threads but those that call.
        using (var processor = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default))
        using (var defaults = new OrtArenaCfg(0, -1, -1, -1))
        {
            OrtEnv.Instance().CreateAndRegisterAllocator(processor, defaults);
        }

        using var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.use_env_allocators", "1");
        _sessions = Directory.EnumerateDirectories(folder).ToFrozenDictionary(
            static model => Path.GetFileName(model), model => new InferenceSession(Path.Combine(model, "model.onnx"), settings));
        _gate = runsAtOnce > 0 ? new SemaphoreSlim(runsAtOnce) : null;
    }

    public InferenceSession? Find(string model) => _sessions.GetValueOrDefault(model);

    /// <summary>Runs a model on one FP32 input.</summary>
    public async ValueTask<OrtValue> RunAsync(InferenceSession session, float[] data, int count, long[] shape)
    {
        if (_gate is null)
        {
            return Run(session, data, count, shape);
        }

        await _gate.WaitAsync();
        try
        {
            return Run(session, data, count, shape);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        _options.Dispose();
        _gate?.Dispose();
    }

    private OrtValue Run(InferenceSession session, float[] data, int count, long[] shape)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, data.AsMemory(0, count), shape);
        var outputs = session.Run(_options, [session.InputNames[0]], [input], [session.OutputNames[0]]);
        return outputs[0];
    }
}
