using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>
/// Runs models that may leave an output without a value. ONNX Runtime's .NET interface crashes the process when it gets such an output,
/// so the values are looked at with the native interface first.
/// </summary>
internal static unsafe class OptionalOutputs
{
    // The functions used are of version 12 or older, and later versions only add to the end.
    private static readonly Lazy<OrtApi> Api = new(static () => NativeLibraryFacts.GetApi(12));

    /// <summary>
    /// Whether a model declares what may leave an output without a value: such as say so, and any if it may pass on an input that was left out.
    /// </summary>
    public static bool Has(InferenceSession session) =>
        session.OutputMetadata.Values.Concat(session.InputMetadata.Values).Any(value => value.OnnxValueType == OnnxValueType.ONNX_TYPE_OPTIONAL);

    /// <summary>Runs the model.</summary>
    /// <exception cref="NotSupportedException">An output has no value.</exception>
    public static IDisposableReadOnlyCollection<OrtValue> Run(
        InferenceSession session, RunOptions options, string[] names, OrtValue[] inputs, string[] outputs)
    {
        using var binding = session.CreateIoBinding();
        for (var i = 0; i < names.Length; i++)
        {
            binding.BindInput(names[i], inputs[i]);
        }

        foreach (var output in outputs)
        {
            binding.BindOutputToDevice(output, OrtMemoryInfo.DefaultInstance);
        }

        session.RunWithBinding(options, binding);
        return FindEmpty(binding) is { } empty
            ? throw new NotSupportedException(
                $"it gave no value for output '{outputs[empty]}', which an answer cannot say; ask for its other outputs by name.")
            : binding.GetOutputValues();
    }

    private static int? FindEmpty(OrtIoBinding binding)
    {
        nint* values;
        nuint count;
        var getValues = (delegate* unmanaged<nint, nint, nint**, nuint*, nint>)Api.Value.GetBoundOutputValues;
        Succeed(getValues(binding.DangerousGetHandle(), OrtAllocator.DefaultInstance.DangerousGetHandle(), &values, &count));
        var hasValue = stackalloc int[1];
        int? empty = null;
        for (var i = (int)count - 1; i >= 0; i--)
        {
            Succeed(((delegate* unmanaged<nint, int*, nint>)Api.Value.HasValue)(values[i], hasValue));
            empty = *hasValue == 0 ? i : empty;
            ((delegate* unmanaged<nint, void>)Api.Value.ReleaseValue)(values[i]);
        }

        ((delegate* unmanaged<nint, void*, nint>)Api.Value.AllocatorFree)(OrtAllocator.DefaultInstance.DangerousGetHandle(), values);
        return empty;
    }

    // These calls look at values that are there; they have nothing to fail on but memory.
    private static void Succeed(nint status)
    {
        if (status != 0)
        {
            throw new InsufficientMemoryException();
        }
    }
}
