using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Reads what follows the JSON of a request: the bytes of the inputs that declare them, in the order of the inputs.</summary>
internal static class BinaryInputs
{
    /// <summary>Reads to the end of the request, and returns all its inputs in their order.</summary>
    /// <param name="body">What the JSON says.</param>
    /// <param name="jsonLength">The length of the JSON, which is read.</param>
    /// <param name="content">The bytes as they come.</param>
    /// <param name="scope">The reading.</param>
    /// <param name="cancellationToken">Ends the reading when the client has gone.</param>
    /// <exception cref="InvalidInputException">There are fewer or more bytes than declared, or they are no elements of their type.</exception>
    public static async ValueTask<ImmutableArray<ModelValue>> ReadAsync(
        InferBody body, long jsonLength, RequestContent content, ReadScope scope, CancellationToken cancellationToken)
    {
        // Where the length is known, a fault of it costs no memory.
        if (content.Length is { } length)
        {
            CheckLength(body.BinaryInputs, jsonLength, length, scope);
        }

        var inputs = ImmutableArray.CreateBuilder<ModelValue>(body.Inputs.Length + body.BinaryInputs.Length);
        var taken = 0;
        foreach (var binary in body.BinaryInputs)
        {
            var between = binary.Index - inputs.Count;
            inputs.AddRange(body.Inputs.AsSpan(taken, between));
            taken += between;
            inputs.Add(await binary.ReadAsync(content, scope, cancellationToken));
        }

        inputs.AddRange(body.Inputs.AsSpan(taken, body.Inputs.Length - taken));
        if (content.Length is null && await content.ReadAsync(new byte[1], cancellationToken) > 0)
        {
            throw TooLong("more bytes", jsonLength, scope);
        }

        return inputs.MoveToImmutable();
    }

    private static void CheckLength(ImmutableArray<BinaryInput> inputs, long jsonLength, long length, ReadScope scope)
    {
        var left = length - jsonLength;
        foreach (var input in inputs)
        {
            if (input.Size > left)
            {
                throw input.TooShort(left, scope);
            }

            left -= input.Size;
        }

        if (left > 0)
        {
            throw TooLong($"{left} bytes more", jsonLength, scope);
        }
    }

    private static InvalidInputException TooLong(string surplus, long jsonLength, ReadScope scope) => scope.Fault(
        $"The body has {surplus} than the {jsonLength} bytes of JSON that the header {BinaryHeader.Name} announces and the \"binary_data_size\" of its inputs.");
}
