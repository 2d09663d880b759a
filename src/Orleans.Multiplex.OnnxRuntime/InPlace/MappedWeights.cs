using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>The weights of a model as they lie in its files, each of which is mapped once. It has to outlive the session that is opened with them.</summary>
internal sealed class MappedWeights : IDisposable
{
    private readonly List<MemoryMappedViewAccessor> _views = [];
    private readonly List<OrtValue> _values = [];

    private MappedWeights()
    {
    }

    /// <summary>Maps the files that weights lie in, and has a session take these from there.</summary>
    /// <param name="files">The model's files, which nobody may change; they may be removed. What the model names of them was found good.</param>
    /// <param name="places">Where the weights lie in them.</param>
    /// <param name="options">The settings of the session.</param>
    /// <exception cref="IOException">One cannot be mapped, or is shorter than it has to be.</exception>
    public static MappedWeights Add(ModelFiles files, WeightPlaces places, SessionOptions options)
    {
        var weights = new MappedWeights();
        try
        {
            var starts = places.Mapped.ToDictionary(
                static file => file.Key, file => weights.Map(files.GetPath(file.Key), file.Value), StringComparer.Ordinal);
            foreach (var weight in places.Weights)
            {
                var value = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance,
                    (TensorElementType)weight.Type.ToOnnx(),
                    ImmutableCollectionsMarshal.AsArray(weight.Shape)!,
                    starts[weight.File ?? WeightPlaces.OwnFile] + (nint)weight.Data.Start,
                    weight.Data.Length);
                weights._values.Add(value);
                options.AddInitializer(weight.Name, value);
            }

            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _values.ForEach(static value => value.Dispose());
        _views.ForEach(static view => view.Dispose());
    }

    // What is mapped behind the end of a file ends the process that touches it.
    private nint Map(string path, long bytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (RandomAccess.GetLength(handle) < bytes)
        {
            throw new EndOfStreamException("it became shorter while it was read.");
        }

        using var file = MemoryMappedFile.CreateFromFile(handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = file.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read);
        _views.Add(view);
        return view.SafeMemoryMappedViewHandle.DangerousGetHandle();
    }
}
