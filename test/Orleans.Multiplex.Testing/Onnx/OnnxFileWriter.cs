using System.Buffers;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>
/// Writes models of any size to a file, weight by weight, so that no more than a piece of one is in memory. A message may come in parts, which
/// its readers put together: each weight is a part of the graph.
/// </summary>
public sealed class OnnxFileWriter : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly FileStream _file;

    /// <summary>Begins a file with all of a model but its weights.</summary>
    public OnnxFileWriter(string path, OnnxModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        _file.Write(model.Build());
    }

    /// <summary>Makes the random numbers of the file others than those of another.</summary>
    public int Seed { get; init; } = 17;

    /// <summary>Adds FP32 weights: random numbers from −<paramref name="most"/> to <paramref name="most"/>, the same for the same name and seed.</summary>
    public void AddRandom(string name, float most, params ReadOnlySpan<long> shape)
    {
        var random = new Random(name.Aggregate(Seed, static (seed, character) => unchecked((seed * 31) + character)));
        Add(name, shape, floats =>
        {
            for (var i = 0; i < floats.Length; i++)
            {
                floats[i] = ((random.NextSingle() * 2) - 1) * most;
            }
        });
    }

    /// <summary>Adds FP32 weights that are all the same.</summary>
    public void AddFilled(string name, float value, params ReadOnlySpan<long> shape) => Add(name, shape, floats => floats.Fill(value));

    public void Dispose() => _file.Dispose();

    private void Add(string name, ReadOnlySpan<long> shape, Action<Span<float>> fill)
    {
        var head = OnnxTensor.WriteHead(name, TensorType.Float32, shape).Bytes;
        var bytes = sizeof(float);
        foreach (var dimension in shape)
        {
            bytes = checked(bytes * (int)dimension);
        }

        // Graph (7), initializer (5), raw data (9); each tag of them has one byte.
        var tensor = head.Length + 1 + CodedOutputStream.ComputeLengthSize(bytes) + bytes;
        WriteHead(7, 1 + CodedOutputStream.ComputeLengthSize(tensor) + tensor);
        WriteHead(5, tensor);
        _file.Write(head.Span);
        WriteHead(9, bytes);

        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        for (var left = bytes; left > 0; left -= Math.Min(left, PieceBytes))
        {
            var part = piece.AsSpan(0, Math.Min(left, PieceBytes));
            fill(MemoryMarshal.Cast<byte, float>(part));
            _file.Write(part);
        }

        ArrayPool<byte>.Shared.Return(piece);
    }

    private void WriteHead(int field, int length)
    {
        using var output = new CodedOutputStream(_file, leaveOpen: true);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(length);
    }
}
