using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>
/// The pool of memory that all sessions of the process share for their runs (<see cref="NativeEnvironment"/>). It grows with the largest runs, and ONNX
/// Runtime has it give memory back at the end of a run alone: so a model of one node is run for that.
/// </summary>
internal static unsafe class RunPool
{
    private static readonly string[] Input = ["x"];
    private static readonly string[] Output = ["y"];
    private static readonly Lazy<Session> Own = new(static () => new Session());

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

    /// <summary>Has a run of next to nothing be the first: what the pool takes first it never gives back, and that might be the largest that ever comes.</summary>
    public static void Begin() => Drain();

    /// <summary>Frees what no run needs just now. What is freed is the C library's then, and not the system's yet.</summary>
    public static void Drain()
    {
        var own = Own.Value;
        using var one = OrtValue.CreateTensorValueFromMemory(new float[1], [1]);
        using var given = own.Inference.Run(own.Draining, Input, [one], Output);
    }

    /// <summary>The bytes that it has taken from the heap, whether runs need them just now or not.</summary>
    public static long Measure()
    {
        // Functions of version 23 of the interface, of which the .NET one has the addresses alone.
        var api = Own.Value.Api;
        nint statistics;
        if (((delegate* unmanaged<nint, nint*, nint>)api.AllocatorGetStats)(Own.Value.Allocator.DangerousGetHandle(), &statistics) is not 0 and var fault)
        {
            ((delegate* unmanaged<nint, void>)api.ReleaseStatus)(fault);
            return 0;
        }

        try
        {
            fixed (byte* name = "TotalAllocated\0"u8)
            {
                var value = ((delegate* unmanaged<nint, byte*, nint>)api.GetKeyValue)(statistics, name);
                return long.TryParse(Marshal.PtrToStringUTF8(value), CultureInfo.InvariantCulture, out var bytes) ? bytes : 0;
            }
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)api.ReleaseKeyValuePairs)(statistics);
        }
    }

    // Lives as long as the process, as the pool does.
    private sealed class Session
    {
        public Session()
        {
            using var settings = SessionSettings.Create(Model.Length);
            Inference = new InferenceSession(Model, settings);
            Draining.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
            using var processor = new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
            Allocator = new OrtAllocator(Inference, processor);
        }

        public OrtApi Api { get; } = NativeLibraryFacts.GetApi(23);

        public InferenceSession Inference { get; }

        public OrtAllocator Allocator { get; }

        public RunOptions Draining { get; } = new();
    }
}
