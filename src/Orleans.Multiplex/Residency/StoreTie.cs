using System.Collections.Immutable;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.Residency;

/// <summary>How a resident compares with what the store has. Set by its loader, then by the watch over versions alone.</summary>
internal sealed class StoreTie
{
    private ImmutableSortedDictionary<long, NewerVersion> _newer = ImmutableSortedDictionary<long, NewerVersion>.Empty;
    private ImmutableDictionary<long, string> _seen = ImmutableDictionary<long, string>.Empty;

    /// <summary>What it was loaded from; null before that was found, and for a model that is not from the store.</summary>
    public ModelManifest? Loaded { get; set; }

    /// <summary>The tag of the files that it was loaded from.</summary>
    public string? Tag => Loaded?.Tag;

    /// <summary>The files in the disk cache that it was loaded from; null before, and for a model without files there.</summary>
    public ArtifactContents? Files { get; set; }

    /// <summary>The last use that was noted for them (<see cref="Resident.LastUse"/>). Set by <see cref="FileUses"/> alone.</summary>
    public long NotedUse { get; set; }

    /// <summary>What the store has that is newer, as far as that is known and has not taken its place; of several the highest version.</summary>
    public NewerVersion? Newer => _newer is { IsEmpty: false } newer ? newer.Values.Last() : null;

    /// <summary>The timestamp at which the store is to be asked for something newer; 0 before that was planned.</summary>
    public long LookDueAt { get; set; }

    /// <summary>Whether nothing newer is known.</summary>
    public bool IsSettled => _newer.IsEmpty && _seen.IsEmpty;

    /// <summary>What became of something newer so far; null when it is not known.</summary>
    public NewerVersion? Find(ModelManifest found) => _newer.GetValueOrDefault(found.Version) is { } newer && newer.IsOf(found) ? newer : null;

    /// <summary>Keeps what became of something newer: of its own version, or of the highest.</summary>
    public void Note(NewerVersion newer)
    {
        if (newer.Version != Loaded?.Version)
        {
            ForgetOthers();
        }

        _newer = _newer.SetItem(newer.Version, newer);
    }

    /// <summary>Whether the look before this one has found the same; remembers what this one found.</summary>
    public bool SeesAgain(ModelManifest found)
    {
        var isSame = _seen.GetValueOrDefault(found.Version) == found.Tag;
        _seen = _seen.SetItem(found.Version, found.Tag);
        return isSame;
    }

    /// <summary>Nothing of a version is newer any more.</summary>
    public void Forget(long version)
    {
        _newer = _newer.Remove(version);
        _seen = _seen.Remove(version);
    }

    /// <summary>No other version is newer any more.</summary>
    public void ForgetOthers()
    {
        _newer = _newer.RemoveRange(_newer.Keys.Where(version => version != Loaded?.Version));
        _seen = _seen.RemoveRange(_seen.Keys.Where(version => version != Loaded?.Version));
    }

    /// <summary>Goes on with what another resident knew, in whose place its own comes.</summary>
    public void Inherit(StoreTie old) => _newer = old._newer.Remove(Loaded!.Version).RemoveRange(old._newer.Keys.Where(version => version < Loaded.Version));
}
