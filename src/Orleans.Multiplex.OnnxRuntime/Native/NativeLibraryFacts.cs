using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>What ONNX Runtime's native library tells without an environment, and what its .NET interface does not pass on.</summary>
internal static unsafe class NativeLibraryFacts
{
    /// <summary>The version of the library.</summary>
    public static string Version { get; } =
        Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)FindBase()->GetVersionString)()) ?? "";

    /// <summary>The functions of a version of the interface.</summary>
    public static OrtApi GetApi(uint version) => *((delegate* unmanaged<uint, OrtApi*>)FindBase()->GetApi)(version);

    private static OrtApiBase* FindBase()
    {
        var library = NativeLibrary.Load("onnxruntime", typeof(OrtEnv).Assembly, searchPath: null);
        return ((delegate* unmanaged<OrtApiBase*>)NativeLibrary.GetExport(library, "OrtGetApiBase"))();
    }
}
