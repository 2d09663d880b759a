using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.LoadGenerator;

namespace Orleans.Multiplex.Benchmarks.Serving.Models;

/// <summary>A model that is served: its file, and rows with their right answers, by which an answer that is another request's is noticed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Shape">The shape of a request's input.</param>
/// <param name="Rows">Inputs and what the model gives for them.</param>
internal sealed record ServedModel(string Id, long[] Shape, IReadOnlyList<(float[] Input, byte[] Output)> Rows)
{
    /// <summary>Writes a model into a folder of models.</summary>
    /// <param name="folder">The folder of models.</param>
    /// <param name="id">Its id.</param>
    /// <param name="shape">The shape of a request's input.</param>
    /// <param name="rows">How many different inputs requests have.</param>
    /// <param name="write">Writes its file.</param>
    public static ServedModel Make(string folder, string id, long[] shape, int rows, Action<string> write)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, id)).FullName, "model.onnx");
        write(path);
        using var settings = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(path, settings);
        using var options = new RunOptions();
        var random = new Random(rows);
        return new ServedModel(id, shape, [.. Enumerable.Range(0, rows).Select(_ =>
        {
            var input = new float[shape.Aggregate(1L, static (product, dimension) => product * dimension)];
            for (var i = 0; i < input.Length; i++)
            {
                input[i] = MathF.Round((random.NextSingle() * 2) - 1, 4);
            }

            using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
            using var outputs = session.Run(options, ["x"], [value], ["y"]);
            return (input, MemoryMarshal.AsBytes(outputs[0].GetTensorDataAsSpan<float>()).ToArray());
        })]);
    }

    /// <summary>The calls of it.</summary>
    /// <param name="wire">What they are written in.</param>
    /// <param name="timeout">The time that they bring; null for none.</param>
    /// <param name="weight">How often it is asked beside other models.</param>
    public IEnumerable<Call> Calls(Wire wire, TimeSpan? timeout = null, double weight = 1) =>
        Rows.Select(row => WireCalls.Make(this, wire, row.Input, timeout) with { Expected = row.Output, Weight = weight / Rows.Count });
}
