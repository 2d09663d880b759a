using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>
/// A membership table at one moment. Each operation gives the next one and leaves this one as it is; one that the contract refuses gives null.
/// </summary>
/// <remarks>Tags are random, so that a table which is begun anew never honours a tag of the former one.</remarks>
internal sealed record MembershipDocument(int Version, string VersionEtag, ImmutableArray<MembershipRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<SiloStatus>() },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static MembershipDocument Empty() => new(0, NewEtag(), []);

    /// <exception cref="JsonException">The text is no membership document.</exception>
    public static MembershipDocument Parse(string text)
    {
        var document = JsonSerializer.Deserialize<MembershipDocument>(text, Json);
        return document is { Rows.IsDefault: false } && document.Rows.All(row => row is { Entry.SiloAddress: not null })
            ? document
            : throw new JsonException("A row without a silo.");
    }

    public string Write() => JsonSerializer.Serialize(this, Json);

    public MembershipTableData ToData() => new([.. Rows.Select(AsTuple)], new(Version, VersionEtag));

    public MembershipTableData ToData(SiloAddress silo) => Find(silo) is { } row
        ? new(AsTuple(row), new(Version, VersionEtag))
        : new(new TableVersion(Version, VersionEtag));

    public MembershipDocument? Insert(MembershipEntry entry, TableVersion version) =>
        version.VersionEtag == VersionEtag && Find(entry.SiloAddress) is null
            ? Next(version.Version, Rows.Add(new(entry, NewEtag())))
            : null;

    public MembershipDocument? Update(MembershipEntry entry, string etag, TableVersion version) =>
        version.VersionEtag == VersionEtag && Find(entry.SiloAddress) is { } row && row.Etag == etag
            ? Next(version.Version, Rows.Replace(row, new(entry, NewEtag())))
            : null;

    /// <summary>Notes a sign of life. It changes neither tags nor version, so that it never stands in the way of an update.</summary>
    public MembershipDocument SignOfLife(SiloAddress silo, DateTime at)
    {
        if (Find(silo) is not { } row)
            return this;

        row.Entry.IAmAliveTime = at;
        return this with { };
    }

    /// <summary>Marks the silos whose process has ended as dead.</summary>
    public MembershipDocument MarkEnded(Func<SiloAddress, bool> hasEnded)
    {
        var ended = Rows.Where(row => row.Entry.Status != SiloStatus.Dead && hasEnded(row.Entry.SiloAddress)).ToHashSet();
        if (ended.Count == 0)
            return this;

        return Next(Version + 1, [.. Rows.Select(row => ended.Contains(row) ? Dead(row.Entry) : row)]);
    }

    /// <summary>Without the rows of silos that are not active and were last heard of, or voted on, before <paramref name="before"/>.</summary>
    public MembershipDocument WithoutDefunct(DateTime before) => this with
    {
        Rows = Rows.RemoveAll(row => row.Entry.Status != SiloStatus.Active && LastNews(row.Entry) < before),
    };

    private static DateTime LastNews(MembershipEntry entry) =>
        (entry.SuspectTimes ?? []).Select(vote => vote.Item2).Append(entry.StartTime).Append(entry.IAmAliveTime).Max();

    private static MembershipRow Dead(MembershipEntry entry)
    {
        entry.Status = SiloStatus.Dead;
        return new(entry, NewEtag());
    }

    private static Tuple<MembershipEntry, string> AsTuple(MembershipRow row) => Tuple.Create(row.Entry, row.Etag);

    private static string NewEtag() => Guid.NewGuid().ToString("N");

    private static MembershipDocument Next(int version, ImmutableArray<MembershipRow> rows) => new(version, NewEtag(), rows);

    private MembershipRow? Find(SiloAddress silo) => Rows.FirstOrDefault(row => row.Entry.SiloAddress.Equals(silo));
}
