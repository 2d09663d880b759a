using System.Collections.Immutable;
using Orleans.Multiplex.Calls.Copies;

namespace Orleans.Multiplex;

/// <summary>One call of a model.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.InferenceRequest")]
public sealed class InferenceRequest
{
    /// <summary>Makes a request.</summary>
    /// <param name="inputs">The inputs, each named as the model names it.</param>
    /// <param name="outputs">The names of the outputs wanted, in the order wanted; empty for all in the model's order.</param>
    /// <param name="timeout">What is left of the request's time; null for the silo's default (<c>Multiplex:RequestTimeout</c>). A silo refuses more than its <c>Multiplex:MaxRequestTimeout</c>.</param>
    /// <param name="priority">1 is the most urgent, and all from 9 on are the least; 0 is the default, which is as 5.</param>
    public InferenceRequest(
        ImmutableArray<ModelValue> inputs, ImmutableArray<string> outputs = default, TimeSpan? timeout = null, int priority = 0)
    {
        Inputs = inputs.IsDefault ? [] : inputs;
        Outputs = outputs.IsDefault ? [] : outputs;
        Timeout = timeout;
        Priority = priority;
    }

    /// <summary>The inputs.</summary>
    [Id(0)]
    public ImmutableArray<ModelValue> Inputs { get; }

    /// <summary>The names of the outputs wanted, in order; empty for all.</summary>
    [Id(1)]
    public ImmutableArray<string> Outputs { get; }

    /// <summary>What is left of the request's time: a span and not an instant, since clocks differ. Null for the silo's default.</summary>
    [Id(2)]
    public TimeSpan? Timeout { get; }

    /// <summary>
    /// The place among the requests that wait for an inference thread of their silo: 1 is the most urgent, and all from 9 on are the least; 0
    /// is the default, which is as 5.
    /// </summary>
    [Id(3)]
    public int Priority { get; }

    /// <summary>Which copies of the model the caller knows (<see cref="CopyNews.Stamp"/>); 0 for none.</summary>
    [Id(4)]
    internal long CopiesKnown { get; init; }

    /// <summary>The same request with so much time left.</summary>
    internal InferenceRequest Within(TimeSpan? left) => new(Inputs, Outputs, left, Priority) { CopiesKnown = CopiesKnown };

    /// <summary>The same request of a caller that knows these copies.</summary>
    internal InferenceRequest Knowing(long copies) =>
        copies == CopiesKnown ? this : new InferenceRequest(Inputs, Outputs, Timeout, Priority) { CopiesKnown = copies };
}
