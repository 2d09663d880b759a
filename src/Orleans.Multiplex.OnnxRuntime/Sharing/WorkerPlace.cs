using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>
/// Where silos find the worker that they share: those with the same cache folder, under the same path, and the same build of this assembly and of
/// ONNX Runtime, so that what a check finds holds for all of them, and each understands the other.
/// </summary>
internal sealed class WorkerPlace(CacheFolder folder)
{
    private readonly Lazy<string> _name = new(() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{folder.Root}\n{typeof(WorkerPlace).Module.ModuleVersionId}\n{NativeLibraryFacts.Version}"))))[..16]);

    /// <summary>The name of the pipe. Short, since it may be part of a path that must be.</summary>
    public string PipeName => $"multiplex-{_name.Value}";

    /// <summary>The lock of who has the worker.</summary>
    /// <exception cref="IOException">Its folder cannot be made, or is not of this user alone.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder cannot be made.</exception>
    public string GetLock() => folder.GetLock($"worker-{_name.Value}");
}
