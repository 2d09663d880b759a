using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the shapes of inputs are checked for, over HTTP and gRPC alike.</summary>
internal static class TensorShape
{
    /// <summary>The most dimensions. ONNX sets no bound, but no operator works on more.</summary>
    public const int MaxRank = 64;

    /// <summary>The elements that a shape asks for.</summary>
    /// <exception cref="InvalidInputException">They cannot be counted.</exception>
    public static long CountElements(ImmutableArray<long> shape, string name, ReadScope scope)
    {
        var elements = 1L;
        foreach (var dimension in shape)
        {
            if (dimension != 0 && elements > long.MaxValue / dimension)
            {
                throw scope.Fault(name, $"its shape [{string.Join(", ", shape)}] has more elements than can be counted.");
            }

            elements *= dimension;
        }

        return elements;
    }

    /// <summary>The bytes that type and shape ask for; for text the least.</summary>
    /// <exception cref="InvalidInputException">They cannot be counted.</exception>
    public static long CountBytes(TensorType type, ImmutableArray<long> shape, string name, ReadScope scope)
    {
        try
        {
            return type.GetByteLength(CountElements(shape, name, scope));
        }
        catch (OverflowException)
        {
            throw scope.Fault(name, $"its shape [{string.Join(", ", shape)}] has more bytes than can be counted.");
        }
    }
}
