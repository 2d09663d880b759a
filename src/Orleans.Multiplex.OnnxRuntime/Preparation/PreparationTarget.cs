using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What models are prepared for.</summary>
/// <param name="Runtime">The version of ONNX Runtime.</param>
/// <param name="Processor">The processor, by what the order of weights depends on.</param>
/// <param name="Options">Our own way to prepare.</param>
internal sealed record PreparationTarget(string Runtime, string Processor, int Options)
{
    // Counted up with every change of what is written or how: the settings, the openings, the record.
    private const int OwnWay = 2;

    /// <summary>This process.</summary>
    public static PreparationTarget Current { get; } = new(NativeLibraryFacts.Version, DescribeProcessor(), OwnWay);

    private static string DescribeProcessor()
    {
        (string Name, bool IsThere)[] features =
        [
            ("sse4.1", Sse41.IsSupported), ("avx", Avx.IsSupported), ("avx2", Avx2.IsSupported), ("fma", Fma.IsSupported),
            ("avx512f", Avx512F.IsSupported), ("avx512bw", Avx512BW.IsSupported), ("avx512dq", Avx512DQ.IsSupported),
            ("avx512vbmi", Avx512Vbmi.IsSupported), ("avxvnni", AvxVnni.IsSupported), ("neon", AdvSimd.IsSupported),
            ("dotprod", Dp.IsSupported),
        ];
        return string.Join(' ', features.Where(feature => feature.IsThere).Select(feature => feature.Name)
            .Prepend(RuntimeInformation.ProcessArchitecture.ToString()));
    }
}
