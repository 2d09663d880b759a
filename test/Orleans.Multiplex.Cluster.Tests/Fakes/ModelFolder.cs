namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A folder of models, gone with the test.</summary>
public sealed class ModelFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("multiplex-test-").FullName;

    /// <summary>Puts a file of a model there: <c>{id}/{name}</c> or <c>{id}/{version}/{name}</c>.</summary>
    public void Add(string model, string name = "model.onnx", string content = "")
    {
        var folder = System.IO.Path.Combine(Path, model);
        Directory.CreateDirectory(folder);
        File.WriteAllText(System.IO.Path.Combine(folder, name), content);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
