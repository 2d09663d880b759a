using System.Globalization;

namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>Files of weights beside a model that is being written.</summary>
/// <param name="folder">The model's folder.</param>
public sealed class ExternalWeights(string folder)
{
    private readonly Dictionary<string, long> _files = new(StringComparer.Ordinal);

    /// <summary>The names of the files, as the model names them.</summary>
    public IReadOnlyCollection<string> Files => _files.Keys;

    /// <summary>Adds the data of a tensor to the end of a file. Returns the tensor that says so.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="file">The file.</param>
    /// <param name="gap">How many bytes of no meaning come before them.</param>
    /// <param name="saysLength">Whether the tensor says how many bytes it has.</param>
    public ProtoMessage Add(Tensor tensor, string file, int gap = 0, bool saysLength = true)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var offset = _files.GetValueOrDefault(file) + gap;
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var stream = new FileStream(path, FileMode.Append))
        {
            stream.Write(new byte[gap]);
            stream.Write(tensor.Data.Span);
        }

        _files[file] = offset + tensor.Data.Length;
        var message = OnnxTensor.WriteExternal(tensor.Name, tensor.Type, [.. tensor.Shape], file);

        // What begins at the beginning need not say where.
        if (offset > 0)
        {
            AddEntry(message, "offset", offset);
        }

        return saysLength ? AddEntry(message, "length", tensor.Data.Length) : message;
    }

    private static ProtoMessage AddEntry(ProtoMessage message, string key, long value) =>
        message.Add(13, new ProtoMessage().Add(1, key).Add(2, value.ToString(CultureInfo.InvariantCulture)));
}
