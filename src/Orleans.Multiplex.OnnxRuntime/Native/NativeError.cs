using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>Reads the errors of ONNX Runtime, which say their code in their text alone.</summary>
internal static partial class NativeError
{
    private const int MaxLength = 500;

    /// <summary>Whether an exception says that ONNX Runtime failed, or had no memory to go on.</summary>
    /// <remarks>For the codes that its .NET interface does not know, it throws <see cref="KeyNotFoundException"/>.</remarks>
    public static bool Is(Exception exception) => exception is OnnxRuntimeException or KeyNotFoundException or OutOfMemoryException;

    /// <summary>Whether it says that an argument, which is an input of the request, is at fault.</summary>
    public static bool IsInvalidArgument(Exception exception) =>
        exception.Message.StartsWith("[ErrorCode:InvalidArgument]", StringComparison.Ordinal);

    /// <summary>Whether it says that an output has another size than the memory that was given for it.</summary>
    public static bool IsOtherSize(OnnxRuntimeException exception) =>
        exception.Message.Contains("The output OrtValue provided for output", StringComparison.Ordinal)
        || exception.Message.Contains("shape verification failed", StringComparison.Ordinal);

    /// <summary>What it says, in one line of bounded length.</summary>
    /// <param name="exception">The error.</param>
    /// <param name="path">A local path that the text may name; only the name of the file is left of it.</param>
    public static string Describe(Exception exception, string? path = null)
    {
        var text = exception is KeyNotFoundException ? "ONNX Runtime failed with a code that is not known." : exception.Message;
        return Clean(path is null ? text : text.Replace(path, Path.GetFileName(path), StringComparison.Ordinal));
    }

    /// <summary>Leaves what a reader can use: no error code in brackets, no places in source files, one line of bounded length.</summary>
    public static string Clean(string text)
    {
        // The expressions run on text that a model can make long.
        var head = text.Length > 4 * MaxLength ? text[..(4 * MaxLength)] : text;
        var clean = WhiteSpace().Replace(Noise().Replace(head, ""), " ").Trim();
        return clean.Length > MaxLength ? clean[..MaxLength] + "…" : clean;
    }

    [GeneratedRegex(@"^\[ErrorCode:\w+\] |\S+\.(?:cc|h|cpp|hpp):\d+ ")]
    private static partial Regex Noise();

    [GeneratedRegex(@"[\s\p{C}]+")]
    private static partial Regex WhiteSpace();
}
