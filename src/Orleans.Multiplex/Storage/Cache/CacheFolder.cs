using System.Globalization;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The folder of the cache, and what lies where in it.</summary>
/// <remarks>
/// <code>
/// folder.lock                    held by who changes what is here; in it, how many bytes there are
/// {name}.lock                    held by the only one on the machine who may do a thing
/// blobs/{digest}                 each content once
/// made/{digest}/…                what was made of a content: it goes with it
/// versions/{key}/{name}.plan     a version that is being fetched: its files and their lengths
/// versions/{key}/{name}.count    how many of its bytes have come
/// versions/{key}/{name}.json     a version that is whole: its files and their digests. Its lock is shared by those who use the files; its time is that of the last use
/// versions/{key}/files/…         the files under their names, the same on disk as the blobs
/// versions/{key}/opened          there when a silo of this machine has opened the version and lived on
/// fetching/{key}.lock            held by who fetches the version
/// checking/{name}.lock           held by who checks a content
/// loading/{name}.marks           what a silo is opening; its lock is held by that silo as long as it lives
/// quarantine/{key}.{id}.…        the versions that are not to be opened, since a silo ended while it was opening them
/// trash/…                        on its way out
/// </code>
/// A version is there from the moment at which its record gets its name <c>.json</c>; whatever has none is nothing, and is swept.
/// Names are made new each time, so that who has the lock of a record whose name is still there has the lock of that version.
/// </remarks>
internal sealed class CacheFolder
{
    /// <summary>Part of the path: a process that lays things out otherwise uses another folder.</summary>
    private const string Format = "v1";

    private const string Setting = "Multiplex:Cache:Path";

    private CacheFolder(string root) => Root = root;

    public string Root { get; }

    public string Lock => Path.Combine(Root, "folder.lock");

    public string Blobs => Path.Combine(Root, "blobs");

    public string AllMade => Path.Combine(Root, "made");

    public string Versions => Path.Combine(Root, "versions");

    public string Fetching => Path.Combine(Root, "fetching");

    public string Checking => Path.Combine(Root, "checking");

    public string Loading => Path.Combine(Root, "loading");

    public string Quarantine => Path.Combine(Root, "quarantine");

    public string Trash => Path.Combine(Root, "trash");

    public string Blob(string digest) => Path.Combine(Blobs, digest);

    public string Made(string digest) => Path.Combine(AllMade, digest);

    public string Version(string key) => Path.Combine(Versions, key);

    public string Files(string key) => Path.Combine(Versions, key, "files");

    public string FetchLock(string key) => Path.Combine(Fetching, $"{key}.lock");

    public string Run(string key) => Path.Combine(Versions, key, "run");

    public string Marks(string name) => Path.Combine(Loading, $"{name}.marks");

    /// <summary>A name that was never used, for something that is to be removed.</summary>
    public string NewTrash() => Path.Combine(Trash, NewName());

    public static string NewName() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    /// <summary>Creates the folder for its owner alone, or checks the one that is there.</summary>
    /// <param name="path">Where; null for the usual places, of which the first that can be used is taken.</param>
    /// <exception cref="InvalidOperationException">It cannot be used; the message names it, the setting and the remedy.</exception>
    public static CacheFolder Open(string? path)
    {
        var places = path is null ? DefaultPlaces() : [path];
        for (var i = 0; ; i++)
        {
            var folder = new CacheFolder(Path.GetFullPath(Path.Combine(places[i], Format)));
            if (folder.Create() is not { } fault)
            {
                return folder;
            }

            if (i == places.Count - 1)
            {
                throw new InvalidOperationException(
                    $"The folder '{folder.Root}' cannot be used as the cache of models: {fault}. Name in {Setting} a folder that this user can write to, and nobody else.");
            }
        }
    }

    /// <summary>Makes what is missing of it.</summary>
    /// <exception cref="IOException">It cannot be, or is not of this user alone.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be.</exception>
    public void LayOut()
    {
        if (PrivateFolder.Open(Root) is { } fault)
        {
            throw new IOException(fault);
        }

        foreach (var folder in (string[])[Blobs, AllMade, Versions, Fetching, Checking, Loading, Quarantine, Trash])
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>The lock of the only one on the machine who may do a thing, by its name. Its folder is there, be it that somebody has removed it.</summary>
    /// <exception cref="IOException">The folder cannot be made, or is not of this user alone.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public string GetLock(string name)
    {
        LayOut();
        return Path.Combine(Root, $"{name}.lock");
    }

    private static List<string> DefaultPlaces()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        List<string> places = [];
        if (Path.IsPathRooted(cache))
        {
            places.Add(Path.Combine(cache, "orleans-multiplex"));
        }

        if (Directory.Exists(home))
        {
            places.Add(Path.Combine(home, ".cache", "orleans-multiplex"));
        }

        places.Add(Path.Combine(Path.GetTempPath(), $"orleans-multiplex-{Environment.UserName}-cache"));
        return places;
    }

    private string? Create()
    {
        try
        {
            LayOut();

            // A folder that can only be read is found out now, and not by the first model.
            using var taken = FileLock.TryTake(Lock, create: true);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }
}
