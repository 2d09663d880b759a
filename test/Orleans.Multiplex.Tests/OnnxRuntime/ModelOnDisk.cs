using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>A model file in a folder of its own, called <c>m</c>, which goes away with the test.</summary>
internal sealed class ModelOnDisk : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-onnx-");

    public ModelOnDisk(byte[] file)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "model.onnx");
        File.WriteAllBytes(Path, file);
        Artifact = new ModelArtifact("m", 1, ImmutableDictionary<string, string>.Empty.Add("model.onnx", Path));
    }

    public static OnnxBackend Backend { get; } = new TestBackend().Backend;

    public string Path { get; }

    public ModelArtifact Artifact { get; }

    /// <summary>Opens a model whose file is no longer there once it is open.</summary>
    public static async Task<IInferenceSession> OpenAsync(byte[] file)
    {
        using var model = new ModelOnDisk(file);
        return await Backend.OpenAsync(model.Artifact, TestContext.Current.CancellationToken);
    }

    public static async Task<ModelFacts> InspectAsync(byte[] file)
    {
        using var model = new ModelOnDisk(file);
        return await Backend.InspectAsync(model.Artifact, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
