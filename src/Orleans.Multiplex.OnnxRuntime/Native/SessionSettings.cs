using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>How sessions are opened: for thousands of them side by side, of files that nobody vouches for.</summary>
internal static class SessionSettings
{
    // Does not exist, and what is not there cannot be read as a model's data.
    private static readonly string NoFolder = Path.Combine(AppContext.BaseDirectory, "external-data-is-refused");

    // What the optimizer for a large model keeps for itself, some 30 KB a session, is as much as a small model weighs; and it doubles the
    // time to open one.
    private const long MaxSmallFile = 64 * 1024;

    /// <summary>Whether a file is optimized as a small one.</summary>
    public static bool IsSmall(long fileBytes) => fileBytes <= MaxSmallFile;

    /// <summary>Makes the settings of one session; it costs microseconds, and the load can be cancelled through it alone.</summary>
    /// <param name="fileBytes">The length of the model's file.</param>
    public static SessionOptions Create(long fileBytes)
    {
        var options = new SessionOptions
        {
            // The inference threads are the only ones: a session without threads of its own costs none while it idles.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = IsSmall(fileBytes) ? GraphOptimizationLevel.ORT_ENABLE_BASIC : GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,

            // It keeps a plan for each shape that ever came, and batches come in many sizes.
            EnableMemoryPattern = false,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.use_env_allocators", "1");
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", NoFolder);

        // A model of a hundred bytes may ask for constants of a gigabyte; larger ones are computed in the run that needs them.
        options.AddSessionConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "67108864");
        return options;
    }
}
