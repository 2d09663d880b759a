using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>
/// The inputs of one run as ONNX Runtime takes them: views of the request's own bytes, which stay where they are until disposal.
/// </summary>
internal sealed class BoundInputs : IDisposable
{
    private readonly List<MemoryHandle> _pins;
    private readonly OrtValue?[] _values;

    private BoundInputs(int count)
    {
        _pins = new List<MemoryHandle>(count);
        _values = new OrtValue?[count];
        Names = new string[count];
    }

    public string[] Names { get; }

    public OrtValue[] Values => _values!;

    /// <summary>Binds the inputs of a request.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="check">What they passed; it knows the element type of a sequence, which an empty one does not say itself.</param>
    public static BoundInputs Bind(ImmutableArray<ModelValue> inputs, RequestCheck check)
    {
        var bound = new BoundInputs(inputs.Length);
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                bound.Names[i] = inputs[i].Name;
                bound._values[i] = inputs[i] is ValueSequence { Elements.IsEmpty: true } empty
                    ? EmptySequence.Create(check.GetElementType(empty.Name))
                    : bound.Create(inputs[i]);
            }

            return bound;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var value in _values)
        {
            value?.Dispose();
        }

        foreach (var pin in _pins)
        {
            pin.Dispose();
        }
    }

    private OrtValue Create(ModelValue value) => value switch
    {
        Tensor { Type: TensorType.String } tensor => CreateText(tensor),
        Tensor tensor => CreateTensor(tensor),
        ValueSequence sequence => CreateSequence(sequence),
        ValueMap map => CreateMap(map),
        _ => throw new ArgumentException("There is no such kind of value.", nameof(value)),
    };

    private unsafe OrtValue CreateTensor(Tensor tensor)
    {
        var type = (TensorElementType)tensor.Type.ToOnnx();
        var shape = ImmutableCollectionsMarshal.AsArray(tensor.Shape)!;
        var pin = tensor.Data.Pin();
        _pins.Add(pin);

        // Bytes that lie inside a message may begin anywhere; compiled code takes it that a number begins at a multiple of its size.
        var address = (nint)pin.Pointer;
        if (address % Math.Max(tensor.Type.GetElementBits() / 8, 1) != 0)
        {
            var copy = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
            tensor.Data.Span.CopyTo(copy.GetTensorMutableRawData());
            return copy;
        }

        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, address, tensor.Data.Length);
    }

    private static OrtValue CreateText(Tensor tensor)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, ImmutableCollectionsMarshal.AsArray(tensor.Shape)!);
        try
        {
            var i = 0;
            foreach (var element in tensor.EnumerateBytes())
            {
                value.StringTensorSetElementAt(element.Span, i++);
            }

            return value;
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }

    private OrtValue CreateSequence(ValueSequence sequence)
    {
        var elements = new List<OrtValue>(sequence.Elements.Length);
        try
        {
            foreach (var element in sequence.Elements)
            {
                elements.Add(Create(element));
            }

            return OrtValue.CreateSequence(elements);
        }
        catch
        {
            elements.ForEach(element => element.Dispose());
            throw;
        }
    }

    private OrtValue CreateMap(ValueMap map)
    {
        OrtValue? values = null;
        var keys = Create(map.Keys);
        try
        {
            values = Create(map.Values);
            return OrtValue.CreateMap(ref keys!, ref values);
        }
        catch
        {
            keys?.Dispose();
            values?.Dispose();
            throw;
        }
    }
}
