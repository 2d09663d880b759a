namespace Orleans.Multiplex.Execution;

/// <summary>How many rows a request has for a model.</summary>
internal static class BatchRows
{
    /// <summary>
    /// The first dimension of the first tensor that the request gives for an input whose first dimension the model leaves open; 1 where there
    /// is no such.
    /// </summary>
    public static long Count(ModelSignature signature, InferenceRequest request)
    {
        foreach (var input in signature.Inputs)
        {
            if (input is not { Kind: ValueKind.Tensor, Shape: { IsDefaultOrEmpty: false } shape } || shape[0] >= 0)
            {
                continue;
            }

            foreach (var value in request.Inputs)
            {
                if (value is Tensor { Shape: [var rows, ..] } && value.Name == input.Name)
                {
                    return rows;
                }
            }
        }

        return 1;
    }
}
