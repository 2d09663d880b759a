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
    /// <param name="folder">The folder from which it may take data; null for a model that has all of it inside.</param>
    public static SessionOptions Create(long fileBytes, string? folder = null) =>
        Create(IsSmall(fileBytes) ? GraphOptimizationLevel.ORT_ENABLE_BASIC : GraphOptimizationLevel.ORT_ENABLE_ALL, folder: folder);

    /// <summary>
    /// Makes the settings with which a small file is read whole that needs no optimizing any more. What it needs during a run comes from the
    /// heap and not from the shared pool, which would make opening it longer by a sixth.
    /// </summary>
    /// <param name="isPacked">Whether weights that are multiplied with are copied into the order that is fastest to run.</param>
    public static SessionOptions CreateForOptimized(bool isPacked) => Create(GraphOptimizationLevel.ORT_DISABLE_ALL, isPooled: false, isPacked);

    /// <summary>Makes the settings with which a file in ONNX Runtime's own format is mapped and its weights are used where they lie.</summary>
    /// <param name="isPacked">Whether weights that are multiplied with are copied into the order that is fastest to run.</param>
    public static SessionOptions CreateForMapped(bool isPacked)
    {
        var options = Create(GraphOptimizationLevel.ORT_DISABLE_ALL, isPacked: isPacked);
        options.AddSessionConfigEntry("session.use_memory_mapped_ort_model", "1");
        options.AddSessionConfigEntry("session.use_ort_model_bytes_for_initializers", "1");
        return options;
    }

    /// <summary>Makes the settings with which a file is opened whose weights are used where they lie: to optimize or pack them is to copy them.</summary>
    /// <param name="folder">The folder that it lies in.</param>
    public static SessionOptions CreateInPlace(string folder) => Create(GraphOptimizationLevel.ORT_DISABLE_ALL, isPacked: false, folder: folder);

    /// <summary>Makes the settings of a session that writes down what it optimized.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="isMapped">Whether it is written in ONNX Runtime's own format, which can be mapped.</param>
    /// <param name="folder">The folder from which the model may take data; null for one that has all of it inside.</param>
    public static SessionOptions CreateForWriting(string path, bool isMapped, string? folder)
    {
        var options = Create(GraphOptimizationLevel.ORT_ENABLE_ALL, isPacked: false, folder: folder);
        options.OptimizedModelFilePath = path;
        options.AddSessionConfigEntry("session.save_model_format", isMapped ? "ORT" : "ONNX");
        return options;
    }

    private static SessionOptions Create(GraphOptimizationLevel level, bool isPooled = true, bool isPacked = true, string? folder = null)
    {
        var options = new SessionOptions
        {
            // The inference threads are the only ones: a session without threads of its own costs none while it idles.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = level,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            EnableCpuMemArena = isPooled,

            // It keeps a plan for each shape that ever came, and batches come in many sizes.
            EnableMemoryPattern = false,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.disable_prepacking", isPacked ? "0" : "1");
        options.AddSessionConfigEntry("session.use_env_allocators", isPooled ? "1" : "0");
        options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder ?? NoFolder);

        // A model of a hundred bytes may ask for constants of a gigabyte; larger ones are computed in the run that needs them.
        options.AddSessionConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "67108864");
        return options;
    }
}
