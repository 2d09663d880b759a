using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Conformance.Tests.Cases;

/// <summary>ONNX Runtime without anything of ours around it: what it cannot do, nobody asks of us.</summary>
internal static class BareRuntime
{
    // A model that answers at random meets what is expected now and then, but hardly each time.
    private const int Runs = 4;

    /// <summary>Why ONNX Runtime does not pass a case by itself; null when it does.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it throws is what is to be found out.")]
    public static string? FindFault(PackageCase model)
    {
        try
        {
            using var session = Open(File.ReadAllBytes(model.File));
            foreach (var set in model.DataSets)
            {
                // A value that is not there has no .NET form; its interface ends the process on such an output.
                if (set.Inputs.Contains(null) || set.Outputs.Contains(null))
                {
                    return "an input or output is an optional value that is not there";
                }

                for (var run = 0; run < Runs; run++)
                {
                    if (Comparison.FindDifference(set.Outputs, Run(session, set.Inputs!)) is { } difference)
                    {
                        return difference;
                    }
                }
            }

            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    /// <summary>The outputs of a model.</summary>
    public static IReadOnlyList<ModelValue> Run(byte[] file, params IReadOnlyList<ModelValue> inputs)
    {
        using var session = Open(file);
        return Run(session, inputs);
    }

    private static InferenceSession Open(byte[] file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        return new InferenceSession(file, options);
    }

    private static List<ModelValue> Run(InferenceSession session, IReadOnlyList<ModelValue> inputs)
    {
        List<OrtValue> values = [];
        try
        {
            values.AddRange(inputs.Select(ToNative));
            using var options = new RunOptions();
            using var results = session.Run(options, [.. inputs.Select(input => input.Name)], values, session.OutputNames);
            return [.. results.Select((result, i) => ToManaged(session.OutputNames[i], result))];
        }
        finally
        {
            values.ForEach(value => value.Dispose());
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The value made owns those it is made of.")]
    private static OrtValue ToNative(ModelValue value)
    {
        switch (value)
        {
            case Tensor { Type: TensorType.String } text:
                var strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [.. text.Shape]);
                var i = 0;
                foreach (var element in text.EnumerateBytes())
                {
                    strings.StringTensorSetElementAt(element.Span, i++);
                }

                return strings;
            case Tensor tensor:
                var native = OrtValue.CreateAllocatedTensorValue(
                    OrtAllocator.DefaultInstance, (TensorElementType)tensor.Type.GetOnnxNumber(), [.. tensor.Shape]);
                tensor.Data.Span.CopyTo(native.GetTensorMutableRawData());
                return native;
            case ValueSequence sequence:
                return OrtValue.CreateSequence([.. sequence.Elements.Select(ToNative)]);
            case ValueMap map:
                var (keys, values) = (ToNative(map.Keys), ToNative(map.Values));
                return OrtValue.CreateMap(ref keys!, ref values!);
            default:
                throw new NotSupportedException();
        }
    }

    private static ModelValue ToManaged(string name, OrtValue value)
    {
        switch (value.OnnxType)
        {
            case OnnxValueType.ONNX_TYPE_SEQUENCE:
                return new ValueSequence(name, [.. Enumerable.Range(0, value.GetValueCount()).Select(i => Part(value, i))]);
            case OnnxValueType.ONNX_TYPE_MAP:
                return new ValueMap(name, (Tensor)Part(value, 0), (Tensor)Part(value, 1));
            case OnnxValueType.ONNX_TYPE_TENSOR:
                var facts = value.GetTensorTypeAndShape();
                return facts.ElementDataType == TensorElementType.String
                    ? new Tensor(name, TensorType.String, [.. facts.Shape], ToText(value, facts.ElementCount))
                    : new Tensor(
                        name,
                        OnnxElementTypes.FromOnnxNumber((long)facts.ElementDataType)!.Value,
                        [.. facts.Shape],
                        value.GetTensorMutableRawData().ToArray());
            default:
                throw new NotSupportedException();
        }
    }

    private static ModelValue Part(OrtValue value, int index)
    {
        using var part = value.GetValue(index, OrtAllocator.DefaultInstance);
        return ToManaged("", part);
    }

    private static byte[] ToText(OrtValue value, long count)
    {
        List<byte> bytes = [];
        Span<byte> length = stackalloc byte[sizeof(uint)];
        for (var i = 0; i < count; i++)
        {
            var element = value.GetStringElementAsSpan(i);
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)element.Length);
            bytes.AddRange(length);
            bytes.AddRange(element);
        }

        return [.. bytes];
    }
}
