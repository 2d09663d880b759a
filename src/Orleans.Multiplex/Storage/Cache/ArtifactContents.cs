using System.Collections.Immutable;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// What the files of a version hold, and where what is made of a content is kept beside it. Two versions with the same content have the same
/// folder for it, on this machine and for all processes that share the cache.
/// </summary>
/// <param name="folder">The cache's folder.</param>
/// <param name="version">See <see cref="Version"/>.</param>
/// <param name="whenKnown">See <see cref="WhenKnown"/>.</param>
/// <param name="hold">See <see cref="TryHold"/>.</param>
/// <param name="noteUse">See <see cref="NoteUse"/>.</param>
/// <param name="reserve">See <see cref="TryReserveAsync"/>.</param>
internal sealed class ArtifactContents(
    CacheFolder folder,
    string version,
    Task<ImmutableDictionary<string, string>?> whenKnown,
    Func<IDisposable?> hold,
    Action<TimeSpan> noteUse,
    Func<long, CancellationToken, ValueTask<bool>> reserve)
{
    /// <summary>What the version is called in the cache: another one after any change of its files.</summary>
    public string Version => version;

    /// <summary>
    /// The digest of each file by its name: SHA-256 in lower case hexadecimal digits. It comes soon after the files themselves, never with an exception;
    /// null when the files will not be kept, so that nothing can be kept beside them.
    /// </summary>
    public Task<ImmutableDictionary<string, string>?> WhenKnown => whenKnown;

    /// <summary>The digest of each file where they are known by now; null where they are not, or never will be.</summary>
#pragma warning disable RS0030 // It has ended where its result is looked at, so nothing waits.
    public ImmutableDictionary<string, string>? Digests => whenKnown is { IsCompletedSuccessfully: true, Result: { } digests } ? digests : null;
#pragma warning restore RS0030

    /// <summary>Keeps the files where they are until it is disposed; null when they are not known to be whole, or gone.</summary>
    public IDisposable? TryHold() => hold();

    /// <summary>Notes a use of what was loaded from the files, so long ago: what is used stays here longer.</summary>
    public void NoteUse(TimeSpan age) => noteUse(age);

    /// <summary>The lock of the only one on this machine who may do a thing, by its name.</summary>
    /// <inheritdoc cref="CacheFolder.GetLock"/>
    public string GetLock(string name) => folder.GetLock(name);

    /// <summary>The lock of the only one on this machine who may check a content, by the content's name: <see cref="FileLock.TryTakeForNow"/>.</summary>
    /// <inheritdoc cref="CacheFolder.GetLock"/>
    public string GetCheckLock(string name)
    {
        folder.LayOut();
        return Path.Combine(folder.Checking, $"{name}.lock");
    }

    /// <summary>
    /// The folder of what is made of a content. It may not be there, and goes when the content does; what is open or mapped then can be used further.
    /// </summary>
    public string GetFolder(string digest) => folder.Made(digest);

    /// <summary>Takes room for bytes that are about to be written there, others being removed for it. False when there is none.</summary>
    public ValueTask<bool> TryReserveAsync(long bytes, CancellationToken cancellationToken) => reserve(bytes, cancellationToken);
}
