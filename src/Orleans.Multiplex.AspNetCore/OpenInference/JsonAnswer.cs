using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Finds out, before the first byte of an answer is written, whether it can carry all that it has to, each output in the form wanted.</summary>
internal static class JsonAnswer
{
    private const string Remedy = "Ask for it as binary data (\"parameters\": {\"binary_data\": true} in its place in \"outputs\"), for other outputs with \"outputs\", or call the model with the .NET SDK.";

    /// <summary>Checks an answer.</summary>
    /// <exception cref="InvalidInputException">It has an output that JSON cannot carry, and that is not wanted as binary data; the message names it.</exception>
    public static void Check(string model, TensorAnswer response, WantedOutputs wanted)
    {
        foreach (var output in response.Outputs)
        {
            if (!wanted.IsBinary(output.Name) && FindFault(output) is { } fault)
            {
                throw new InvalidInputException(model, "", $"Output '{output.Name}' {fault} {Remedy}");
            }
        }
    }

    private static string? FindFault(Tensor tensor) => tensor.Type switch
    {
        TensorType.Float16 => FindNotFinite<Half, Float16Element>(tensor),
        TensorType.BFloat16 => FindNotFinite<BrainFloat, BFloat16Element>(tensor),
        TensorType.Float32 => FindNotFinite<float, Float32Element>(tensor),
        TensorType.Float64 => FindNotFinite<double, Float64Element>(tensor),
        TensorType.String => FindNotText(tensor),
        var type when !JsonTypes.IsCarried(type) => $"has elements of type {type.GetProtocolName()}, which JSON cannot carry.",
        _ => null,
    };

    private static string? FindNotFinite<T, TElement>(Tensor tensor)
        where T : unmanaged
        where TElement : struct, IFloatElement<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(tensor.Data.Span);
        for (var i = 0; i < elements.Length; i++)
        {
            var value = TElement.ToDouble(elements[i]);
            if (!double.IsFinite(value))
            {
                return string.Create(CultureInfo.InvariantCulture, $"is {value} at element {i}, and JSON has no number for it.");
            }
        }

        return null;
    }

    private static string? FindNotText(Tensor tensor)
    {
        var i = 0;
        foreach (var element in tensor.EnumerateBytes())
        {
            if (!Utf8.IsValid(element.Span))
            {
                return $"has bytes at element {i} that are no UTF-8 text, and JSON carries only text.";
            }

            i++;
        }

        return null;
    }
}
