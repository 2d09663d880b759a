using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>An original and the folder to prepare it in, which go away with the test.</summary>
internal sealed class PreparedFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("multiplex-prepared-");

    public PreparedFolder(byte[] original) => File.WriteAllBytes(Original, original);

    public PreparedFolder(Action<string> write) => write(Original);

    /// <summary>The other files that the original has data in, which lie beside it.</summary>
    public IReadOnlyCollection<string> Others { get; set; } = [];

    public string Original => Path.Combine(_root.FullName, "model.onnx");

    public string Target => Path.Combine(_root.FullName, "key");

    /// <summary>The names of what lies beside the original.</summary>
    public IEnumerable<string> Made => _root.EnumerateFileSystemInfos().Select(info => info.Name).Where(name => name != "model.onnx" && !Others.Contains(name));

    private ModelFiles Files => new(Original, [.. Others]);

    public PreparationOutcome Prepare(TimeSpan? runTime = null) =>
        new ModelPreparation(NullLoggerFactory.Instance, TimeProvider.System, runTime ?? TimeSpan.FromSeconds(30))
            .Prepare(Files, Target, TestContext.Current.CancellationToken);

    /// <summary>Prepares a model of which it is known that it can be prepared.</summary>
    public PreparedModel PrepareWell()
    {
        var outcome = Prepare();
        Assert.Null(outcome.Reason);
        return outcome.Model!;
    }

    public IInferenceSession OpenOriginal()
    {
        NativeEnvironment.Start(NullLogger.Instance);
        return OriginalOpening.Open("m", Files, isWhole: true, tried: null, SessionHooks.None, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public static IInferenceSession Open(PreparedModel model, Opening opening) =>
        PreparedOpening.Open("m", model, opening, SessionHooks.None, TimeProvider.System, TestContext.Current.CancellationToken);

    public void Dispose() => _root.Delete(recursive: true);
}
