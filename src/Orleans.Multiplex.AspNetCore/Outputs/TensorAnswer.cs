using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>The answer to one call of a model as HTTP and gRPC carry it: tensors only.</summary>
/// <param name="Version">The version that answered.</param>
/// <param name="Outputs">The outputs, in the order asked for.</param>
/// <param name="Silo">The name of the silo that answered.</param>
/// <param name="IsCold">Whether the request had to wait for the model to be loaded.</param>
internal sealed record TensorAnswer(long Version, ImmutableArray<Tensor> Outputs, string Silo, bool IsCold)
{
    /// <summary>The bytes that its tensors take.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            foreach (var output in Outputs)
            {
                bytes += output.Data.Length;
            }

            return bytes;
        }
    }
}
