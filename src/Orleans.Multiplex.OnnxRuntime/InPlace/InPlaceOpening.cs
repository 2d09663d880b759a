using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>
/// Opens originals with their weights where they lie in their files: nothing of them is read, copied, optimized or packed, so it takes milliseconds whatever
/// their size. Their runs take longer, so the second one has them prepared.
/// </summary>
internal static class InPlaceOpening
{
    /// <summary>Opens a model. Null when it does not open so, and need not.</summary>
    /// <param name="model">What is known of it.</param>
    /// <param name="files">Its files, which nobody may change; they may be removed.</param>
    /// <param name="file">The content of the model's own.</param>
    /// <param name="places">Where its weights lie.</param>
    /// <param name="mustOpen">Whether it did open so where it was tried: then it is not to be opened in a way in which it was not tried.</param>
    /// <param name="hooks">Who is told of what happens to the session.</param>
    /// <param name="time">The clock of its runs.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    public static OnnxSession? TryOpen(
        OpenedModel model,
        ModelFiles files,
        Stream file,
        WeightPlaces places,
        bool mustOpen,
        SessionHooks hooks,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var settings = SessionSettings.CreateInPlace(Path.GetDirectoryName(files.Path)!);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        MappedWeights? weights = null;
        try
        {
            foreach (var name in places.Mapped.Keys)
            {
                FilePages.ReadAhead(files.GetPath(name));
            }

            weights = MappedWeights.Add(files, places, settings);
            return new OnnxSession(model, Skeleton.Write(file, Path.GetFileName(files.Path), places), settings, weights, hooks, time);
        }
        catch (Exception exception)
        {
            weights?.Dispose();
            if (mustOpen || cancellationToken.IsCancellationRequested || !(exception is IOException || NativeError.Is(exception)))
            {
                throw;
            }

            return null;
        }
    }
}
