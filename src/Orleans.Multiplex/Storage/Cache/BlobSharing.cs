namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Gives the files of a version their names among the blobs, or the contents that are there already.</summary>
/// <param name="folder">The cache's folder.</param>
/// <param name="key">The version, whose fetch is the caller's.</param>
internal sealed class BlobSharing(CacheFolder folder, string key)
{
    private readonly Dictionary<string, bool> _isIntact = new(StringComparer.Ordinal);

    /// <summary>
    /// Reads the contents that are there already, outside the folder's lock: a file that has just been fetched must not be given up for one that has
    /// come to harm on the disk. Blocks its thread while it reads.
    /// </summary>
    public void Check(IEnumerable<RecordedFile> files, CancellationToken cancellationToken)
    {
        foreach (var digest in files.Select(static file => file.Digest).Distinct(StringComparer.Ordinal))
        {
            try
            {
                if (File.Exists(folder.Blob(digest)))
                {
                    _isIntact[digest] = FileDigest.Compute(folder.Blob(digest), cancellationToken) == digest;
                }
            }
            catch (FileNotFoundException)
            {
                // It was removed meanwhile.
            }
        }
    }

    /// <summary>Has a file share its content. True where its own bytes are not needed any more.</summary>
    public bool TryShare(RecordedFile file, string path)
    {
        var blob = folder.Blob(file.Digest);
        if (File.Exists(blob))
        {
            if (!_isIntact.TryGetValue(file.Digest, out var isIntact))
            {
                // It came after they were read. Each keeps its own.
                return false;
            }

            if (isIntact)
            {
                // A name on its way to be another file's is not left where others delete what they find.
                var link = Path.Combine(folder.Version(key), CacheFolder.NewName());
                if (HardLink.TryCreate(blob, link))
                {
                    // Who has the file open or mapped goes on with the bytes that it had, which are the same.
                    File.Move(link, path, overwrite: true);
                    return true;
                }
            }

            File.Move(blob, folder.NewTrash());
        }

        if (HardLink.TryCreate(path, blob))
        {
            _isIntact[file.Digest] = true;
        }

        return false;
    }
}
