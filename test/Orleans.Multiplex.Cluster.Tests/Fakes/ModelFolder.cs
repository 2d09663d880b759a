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

    /// <summary>Puts a file there in one step, in the place of one that is there.</summary>
    public void Put(string model, byte[] content, string name = "model.onnx")
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, model)).FullName;
        var temporary = System.IO.Path.Combine(Path, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(temporary, content);
        File.Move(temporary, System.IO.Path.Combine(folder, name), overwrite: true);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
