using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>What a model's file calls the first dimension of its inputs and outputs.</summary>
internal static class RowSymbols
{
    /// <summary>The name that all of them share; null when one of them is no tensor, has no dimension, or calls it otherwise or nothing.</summary>
    public static string? Find(InferenceSession session)
    {
        string? common = null;
        foreach (var value in session.InputMetadata.Values.Concat(session.OutputMetadata.Values))
        {
            if (value is not { OnnxValueType: OnnxValueType.ONNX_TYPE_TENSOR, SymbolicDimensions: [{ Length: > 0 } symbol, ..] }
                || (common is not null && common != symbol))
            {
                return null;
            }

            common = symbol;
        }

        return common;
    }
}
