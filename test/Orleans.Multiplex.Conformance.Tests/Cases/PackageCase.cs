using System.Globalization;
using Orleans.Multiplex.Testing.Onnx;

namespace Orleans.Multiplex.Conformance.Tests.Cases;

/// <summary>A model of the package <c>libonnx-testdata</c> with the inputs and the expected outputs that lie beside it.</summary>
/// <param name="Id">The model's id: the names of its two folders.</param>
/// <param name="File">The model's file.</param>
/// <param name="DataSets">Inputs and expected outputs; null stands for an optional value that is not there.</param>
internal sealed record PackageCase(string Id, string File, IReadOnlyList<DataSet> DataSets)
{
    private const string Package = "/usr/share/libonnx-testdata/data";

    /// <summary>All models of the package.</summary>
    /// <exception cref="DirectoryNotFoundException">The package is not installed.</exception>
    public static IReadOnlyList<PackageCase> ReadAll() =>
    [
        .. Directory.EnumerateFiles(Package, "model.onnx", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    private static PackageCase Read(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        var declarations = OnnxDeclarations.Read(System.IO.File.ReadAllBytes(file));
        return new PackageCase(
            Path.GetRelativePath(Package, folder),
            file,
            [.. Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal).Select(set => new DataSet(
                ReadValues(set, "input", declarations.Inputs), ReadValues(set, "output", declarations.Outputs)))]);
    }

    private static List<ModelValue?> ReadValues(string folder, string what, IReadOnlyList<DeclaredValue> declared)
    {
        var files = Directory.GetFiles(folder, $"{what}_*.pb");
        return [.. files.Select((_, i) => OnnxValueReader.Read(
            System.IO.File.ReadAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{what}_{i}.pb"))), declared[i]))];
    }
}

/// <summary>What a model is given and what it must give.</summary>
internal sealed record DataSet(IReadOnlyList<ModelValue?> Inputs, IReadOnlyList<ModelValue?> Outputs)
{
    /// <summary>The inputs, if all of them are tensors; else null, since HTTP and gRPC take no others.</summary>
    public IReadOnlyList<Tensor>? InputTensors { get; } = Inputs.All(static input => input is Tensor) ? [.. Inputs.Cast<Tensor>()] : null;

    /// <summary>The outputs as HTTP and gRPC answer them; null when no tensors can carry them.</summary>
    public IReadOnlyList<Tensor>? OutputTensors { get; } = AsTensors.Of(Outputs);
}
