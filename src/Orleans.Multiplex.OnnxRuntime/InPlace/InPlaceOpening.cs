using Microsoft.ML.OnnxRuntime;
using Microsoft.Win32.SafeHandles;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>
/// Opens originals with their weights where they lie in the file: nothing of them is read, copied, optimized or packed, so it takes milliseconds whatever
/// their size. Their runs take longer, so the second one has them prepared.
/// </summary>
internal static class InPlaceOpening
{
    /// <summary>Opens a model. Null when ONNX Runtime does not open it so.</summary>
    /// <param name="model">What is known of it.</param>
    /// <param name="path">Its file, which nobody may change; it may be removed.</param>
    /// <param name="file">The same, open.</param>
    /// <param name="places">Where its weights lie.</param>
    /// <param name="hooks">Who is told of what happens to the session.</param>
    /// <param name="time">The clock of its runs.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    public static OnnxSession? TryOpen(
        OpenedModel model, string path, SafeFileHandle file, WeightPlaces places, SessionHooks hooks, TimeProvider time, CancellationToken cancellationToken)
    {
        FilePages.ReadAhead(path);
        using var settings = SessionSettings.CreateInPlace(Path.GetDirectoryName(path)!);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
#pragma warning disable CA2000 // The session owns them.
        var weights = MappedWeights.Add(path, places, settings);
#pragma warning restore CA2000
        try
        {
            return new OnnxSession(model, Skeleton.Write(file, Path.GetFileName(path), places), settings, weights, hooks, time);
        }
        catch (Exception exception) when (NativeError.Is(exception) && !cancellationToken.IsCancellationRequested)
        {
            weights.Dispose();
            return null;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }
}
