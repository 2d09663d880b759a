using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>Runs requests as the silo does: what passed the check is run.</summary>
internal static class Runs
{
    public static ImmutableArray<ModelValue> Run(this IInferenceSession session, params ImmutableArray<ModelValue> inputs) =>
        session.Run(new InferenceRequest(inputs));

    public static ImmutableArray<ModelValue> Run(this IInferenceSession session, InferenceRequest request)
    {
        session.Check(request);
        return session.Run(request, TestContext.Current.CancellationToken).Outputs;
    }

    /// <summary>Runs a model of one output, which is a tensor.</summary>
    public static Tensor RunToTensor(this IInferenceSession session, params ImmutableArray<ModelValue> inputs) =>
        Assert.IsType<Tensor>(Assert.Single(session.Run(inputs)));

    /// <summary>Opens a model and runs it once.</summary>
    public static async Task<Tensor> RunToTensorAsync(byte[] file, params ModelValue[] inputs)
    {
        using var session = await ModelOnDisk.OpenAsync(file);
        return session.RunToTensor([.. inputs]);
    }
}
