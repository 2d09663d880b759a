using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The outputs that a request wants, and in which form.</summary>
/// <param name="List">The outputs, in the order wanted; empty for all.</param>
/// <param name="AreBinary">Whether an output that does not say it itself is wanted as raw bytes.</param>
internal sealed record WantedOutputs(ImmutableArray<WantedOutput> List, bool AreBinary)
{
    /// <summary>The names.</summary>
    public ImmutableArray<string> Names => List.IsEmpty ? [] : [.. List.Select(static output => output.Name)];

    /// <summary>Whether an output is wanted as raw bytes behind the JSON.</summary>
    public bool IsBinary(string name)
    {
        foreach (var output in List)
        {
            if (output.Name == name)
            {
                return output.IsBinary ?? AreBinary;
            }
        }

        return AreBinary;
    }

    /// <summary>Whether one of the outputs is wanted as raw bytes.</summary>
    public bool HasBinary(ImmutableArray<Tensor> outputs)
    {
        foreach (var output in outputs)
        {
            if (IsBinary(output.Name))
            {
                return true;
            }
        }

        return false;
    }
}
