using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>The weights of a model as they lie in its file, which is mapped once. It has to outlive the session that is opened with them.</summary>
internal sealed class MappedWeights : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly List<OrtValue> _values;

    private MappedWeights(MemoryMappedViewAccessor view, int count)
    {
        _view = view;
        _values = new List<OrtValue>(count);
    }

    /// <summary>Maps a file, and has a session take its weights from there.</summary>
    /// <param name="path">The file, which nobody may change; it may be removed.</param>
    /// <param name="places">Where they lie in it.</param>
    /// <param name="options">The settings of the session.</param>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    public static MappedWeights Add(string path, WeightPlaces places, SessionOptions options)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        using var file = MemoryMappedFile.CreateFromFile(handle, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var weights = new MappedWeights(file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), places.Weights.Length);
        try
        {
            var start = weights._view.SafeMemoryMappedViewHandle.DangerousGetHandle();
            foreach (var weight in places.Weights)
            {
                var value = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance,
                    (TensorElementType)weight.Type.ToOnnx(),
                    ImmutableCollectionsMarshal.AsArray(weight.Shape)!,
                    start + (nint)weight.Data.Start,
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
        _view.Dispose();
    }
}
