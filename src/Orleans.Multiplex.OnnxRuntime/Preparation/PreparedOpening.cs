using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Sessions;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>Opens prepared models.</summary>
internal static class PreparedOpening
{
    // Below it, packing is an eighth of the time to open, and runs without it are at most a sixth slower, which is a third of a microsecond.
    private const int LeastToPack = 32 * 1024;

    // One for all: settings of its own would cost each small model a tenth of its time. Nothing changes them, so any number may use them.
    private static readonly Lazy<SessionOptions> Packed = new(static () => SessionSettings.CreateForOptimized(isPacked: true));
    private static readonly Lazy<SessionOptions> Unpacked = new(static () => SessionSettings.CreateForOptimized(isPacked: false));

    /// <summary>Opens a prepared model. Its file may be removed afterwards, but must not be changed.</summary>
    /// <param name="modelId">The model's id, for errors.</param>
    /// <param name="model">The prepared model.</param>
    /// <param name="opening">How: as it says itself, or, when it is <see cref="Opening.Unpacked"/> at first, also <see cref="Opening.Mapped"/>.</param>
    /// <param name="hooks">Who is told of what happens to the session.</param>
    /// <param name="time">The clock of its runs.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime refuses the file: it is damaged, or was prepared for another machine.</exception>
    public static OnnxSession Open(
        string modelId, PreparedModel model, Opening opening, SessionHooks hooks, TimeProvider time, CancellationToken cancellationToken)
    {
        var opened = new OpenedModel(modelId, model.Signature, model.MakesNothing, model.GetMemory(opening));
        if (model.Content is { } content)
        {
            return new OnnxSession(opened, content, GetShared(content.Length), weights: null, hooks, time);
        }

        FilePages.ReadAhead(model.Path);
        using var settings = SessionSettings.CreateForMapped(isPacked: opening == Opening.Mapped);
        using var registration = cancellationToken.UnsafeRegister(
            static settings => ((SessionOptions)settings!).SetLoadCancellationFlag(true), settings);
        return new OnnxSession(opened, model.Path, settings, hooks, time);
    }

    /// <summary>The settings for a small model, which nobody may change or dispose.</summary>
    public static SessionOptions GetShared(int contentBytes) => (contentBytes < LeastToPack ? Unpacked : Packed).Value;
}
