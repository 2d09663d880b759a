namespace Orleans.Multiplex;

/// <summary>An input of the request does not have the form that the model asks for; nothing was run.</summary>
[GenerateSerializer, Alias("multiplex.InvalidInputException")]
public sealed class InvalidInputException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="inputName">The input at fault; empty when the fault is not with one input.</param>
    /// <param name="message">What came, and what was expected.</param>
    public InvalidInputException(string modelId, string inputName, string message)
        : base(modelId, message) => InputName = inputName;

    /// <summary>The input at fault; empty when the fault is not with one input.</summary>
    [Id(0)]
    public string InputName { get; private set; }
}
