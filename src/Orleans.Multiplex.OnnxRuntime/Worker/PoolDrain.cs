using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>Empties the pool that all sessions share: ONNX Runtime does that at the end of a run alone, so a model of one node is run for it.</summary>
internal sealed class PoolDrain : IDisposable
{
    private static readonly string[] Input = ["x"];
    private static readonly string[] Output = ["y"];

    private readonly SessionOptions _settings = SessionSettings.Create(Model.Length);
    private readonly RunOptions _options = new();
    private readonly InferenceSession _session;

    public PoolDrain()
    {
        _session = new InferenceSession(Model, _settings);
        _options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    /// <summary>A model of one node, as protobuf writes it: FP32 [-1] with the other sign.</summary>
    public static byte[] Model { get; } =
    [
        0x08, 0x07, 0x3A, 0x2E, // version 7 of the format; graph
        0x0A, 0x0B, 0x0A, 0x01, (byte)'x', 0x12, 0x01, (byte)'y', 0x22, 0x03, .. "Neg"u8, // node: input, output, operator
        0x12, 0x01, (byte)'g', // the graph's name
        0x5A, 0x0D, 0x0A, 0x01, (byte)'x', 0x12, 0x08, 0x0A, 0x06, 0x08, 0x01, 0x12, 0x02, 0x0A, 0x00, // input: a tensor of as many numbers as there are
        0x62, 0x0D, 0x0A, 0x01, (byte)'y', 0x12, 0x08, 0x0A, 0x06, 0x08, 0x01, 0x12, 0x02, 0x0A, 0x00, // output: the same
        0x42, 0x04, 0x0A, 0x00, 0x10, 0x0D, // version 13 of the operators
    ];

    public void Run()
    {
        using var one = OrtValue.CreateTensorValueFromMemory(new float[1], [1]);
        using var given = _session.Run(_options, Input, [one], Output);
    }

    public void Dispose()
    {
        _session.Dispose();
        _options.Dispose();
        _settings.Dispose();
    }
}
