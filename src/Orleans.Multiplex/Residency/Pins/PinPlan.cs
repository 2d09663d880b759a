using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>Whether one more model can be pinned. A pure function of what the silos say that they hold.</summary>
/// <remarks>
/// A pinned model takes its place for good, so what counts as room is what the pinned ones leave: of a silo's bytes, and of its places in
/// the pool. Pins whose models are not loaded just now get theirs first, largest first, each where most is left.
/// </remarks>
internal static class PinPlan
{
    /// <summary>Finds room for a model beside the pinned ones.</summary>
    /// <param name="silos">The silos, as they are now.</param>
    /// <param name="waiting">The pins whose models are not loaded.</param>
    /// <param name="bytes">The bytes that the model will take.</param>
    /// <returns>Null when there is room.</returns>
    public static PinShortage? FindShortage(IEnumerable<SiloRow> silos, IEnumerable<PinnedBytes> waiting, long bytes)
    {
        var places = Arrange(silos, waiting);
        return places.Exists(place => place.Fits(bytes))
            ? null
            : places
                .Where(place => bytes <= place.MaxBytes)
                .Select(place => place.FindShortage(bytes))
                .OrderBy(static shortage => shortage.InTheWay.Length)
                .ThenBy(static shortage => shortage.Silo, StringComparer.Ordinal)
                .FirstOrDefault() ?? new PinShortage("", []);
    }

    /// <summary>Whether there is room for a model on a certain silo, beside the pinned ones.</summary>
    /// <param name="silos">The silos, as they are now.</param>
    /// <param name="waiting">The pins whose models are not loaded.</param>
    /// <param name="silo">The silo.</param>
    /// <param name="bytes">The bytes that the model takes.</param>
    public static bool Fits(IEnumerable<SiloRow> silos, IEnumerable<PinnedBytes> waiting, SiloAddress silo, long bytes) =>
        Arrange(silos, waiting).Exists(place => place.IsOn(silo) && place.Fits(bytes));

    private static List<Place> Arrange(IEnumerable<SiloRow> silos, IEnumerable<PinnedBytes> waiting)
    {
        var places = silos
            .Where(static silo => !silo.IsDraining)
            .Select(static silo => (Silo: silo, Pool: silo.Pools.FirstOrDefault(static pool => pool.Pool == ModelPool.OfStore)))
            .Where(static place => place.Pool is not null)
            .Select(static place => new Place(place.Silo, place.Pool!.MaxModels))
            .ToList();
        foreach (var next in waiting.OrderByDescending(static one => one.Bytes).ThenBy(static one => one.Pins[0], StringComparer.Ordinal))
        {
            places.Where(place => place.Fits(next.Bytes)).MaxBy(static place => place.FreeBytes)?.Take(next);
        }

        return places;
    }

    private sealed class Place(SiloRow silo, int maxModels)
    {
        private readonly List<PinnedBytes> _pinned = [.. silo.Pinned.Select(static one => new PinnedBytes(one.AllPins, one.Bytes))];

        public bool IsOn(SiloAddress address) => silo.Silo.Equals(address);

        public long MaxBytes => silo.MaxBytes;

        public long FreeBytes => MaxBytes - _pinned.Sum(static one => one.Bytes);

        public bool Fits(long bytes) => Fits(bytes, _pinned.Count, FreeBytes);

        public void Take(PinnedBytes pinned) => _pinned.Add(pinned);

        // The largest ones first, so that few have to go.
        public PinShortage FindShortage(long bytes)
        {
            var inTheWay = ImmutableArray.CreateBuilder<string>();
            var (gone, free) = (0, FreeBytes);
            foreach (var one in _pinned.OrderByDescending(static one => one.Bytes).ThenBy(static one => one.Pins.IsEmpty ? "" : one.Pins[0], StringComparer.Ordinal))
            {
                if (Fits(bytes, _pinned.Count - gone, free))
                {
                    break;
                }

                gone++;
                free += one.Bytes;
                inTheWay.AddRange(one.Pins);
            }

            return new PinShortage(silo.Name, inTheWay.ToImmutable());
        }

        private bool Fits(long bytes, int models, long free) => (maxModels < 0 || models < maxModels) && bytes <= free;
    }
}
