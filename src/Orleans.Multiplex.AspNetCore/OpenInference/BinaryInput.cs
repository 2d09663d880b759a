using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>An input whose elements come as raw bytes behind the JSON: little-endian, row-major, as a <see cref="Tensor"/> has them.</summary>
/// <param name="Index">Its place among the inputs.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type, which may be one that JSON does not carry.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Size">Its number of bytes, as many as type and shape ask for.</param>
internal sealed record BinaryInput(int Index, string Name, TensorType Type, ImmutableArray<long> Shape, long Size)
{
    /// <summary>Checks that the number of bytes is what type and shape ask for.</summary>
    /// <exception cref="InvalidInputException">It is not.</exception>
    public BinaryInput Check(ReadScope scope)
    {
        var least = TensorShape.CountBytes(Type, Shape, Name, scope);
        return Size == least || (Type == TensorType.String && Size > least)
            ? this
            : throw scope.Fault(
                Name,
                $"its binary data is {Size} bytes; datatype {Type.GetProtocolName()} and shape [{string.Join(", ", Shape)}] ask for {(Type == TensorType.String ? "at least " : "")}{least}.");
    }

    /// <summary>
    /// Reads the bytes, straight into the tensor's own memory. Each tensor has memory of its own: slices of one array would be misaligned
    /// behind odd sizes, and any of them would keep the whole alive.
    /// </summary>
    /// <exception cref="InvalidInputException">The body ends before, or the bytes are no elements of the type.</exception>
    public async ValueTask<Tensor> ReadAsync(RequestContent content, ReadScope scope, CancellationToken cancellationToken)
    {
        var data = scope.Rent(Size);
        await FillAsync(data, content, scope, cancellationToken);
        return ToTensor(data, scope);
    }

    /// <summary>Reads bytes of the input.</summary>
    /// <exception cref="InvalidInputException">The body ends before.</exception>
    public async Task FillAsync(Memory<byte> data, RequestContent content, ReadScope scope, CancellationToken cancellationToken)
    {
        var read = await content.FillAsync(data, cancellationToken);
        if (read < data.Length)
        {
            throw TooShort(read, scope);
        }
    }

    /// <summary>The fault that the body ends before the bytes do.</summary>
    public InvalidInputException TooShort(long left, ReadScope scope) =>
        scope.Fault(Name, $"its binary data is {Size} bytes, but the body has only {left} left for it.");

    /// <summary>The tensor of the bytes, which nobody changes any more.</summary>
    /// <exception cref="InvalidInputException">They are no elements of the type.</exception>
    public Tensor ToTensor(Memory<byte> data, ReadScope scope)
    {
        if (Type == TensorType.Bool && data.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is var at and >= 0)
        {
            throw scope.Fault(Name, $"element {at} is the byte {data.Span[at]}; BOOL takes 0 and 1.");
        }

        try
        {
            return new Tensor(Name, Type, Shape, data);
        }
        catch (ArgumentException) when (Type == TensorType.String)
        {
            throw scope.Fault(
                Name,
                $"its {Size} bytes are not the elements that its shape [{string.Join(", ", Shape)}] asks for, each behind its length as a little-endian 32-bit number.");
        }
    }
}
