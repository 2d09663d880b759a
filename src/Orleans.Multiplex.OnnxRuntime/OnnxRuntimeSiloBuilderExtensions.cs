using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Preparation;

namespace Orleans.Hosting;

/// <summary>Adds ONNX Runtime to a silo.</summary>
public static class OnnxRuntimeSiloBuilderExtensions
{
    /// <summary>
    /// Serves the store's ONNX models on this silo: every folder that has a <c>model.onnx</c>. Models run on the processor, each request on
    /// one inference thread. Calling it again changes nothing.
    /// </summary>
    /// <param name="builder">The silo.</param>
    public static ISiloBuilder AddOnnxRuntime(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<PreparedModels>();
        builder.Services.TryAddSingleton<IModelPreparer, InProcessPreparer>();
        builder.Services.TryAddSingleton<PreparationQueue>();
        builder.Services.TryAddSingleton<HeapTrimmer>();
        builder.Services.TryAddSingleton<IInferenceBackend, OnnxBackend>();
        return builder;
    }
}
