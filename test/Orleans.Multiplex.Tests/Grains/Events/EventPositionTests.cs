using System.Net;
using CsCheck;
using Orleans.Multiplex.Grains.Events;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains.Events;

public sealed class EventPositionTests
{
    private static readonly SiloAddress[] Silos = [.. Enumerable.Range(0, 20).Select(static i => SiloAddress.New(IPAddress.Loopback, 11111 + i, 7))];

    [Fact]
    public void Text_OfAnyPosition_IsReadAsTheSame() =>
        Gen.Long[0, long.MaxValue >> 8].Array[0, Silos.Length].Sample(static places =>
        {
            var position = Of([.. places.Select(static (place, silo) => (Silos[silo], place))]);
            var read = EventPosition.TryParse(position.ToString());
            return read is not null && places.Select(static (place, silo) => (place, silo)).All(one => read[Silos[one.silo]] == one.place);
        });

    [Theory]
    [InlineData("?")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAD_____________")]
    [InlineData("AAAAAAAAAAABAAAAAAAAAAAB")]
    public void Text_ThatIsNoPosition_IsNotRead(string text) => Assert.Null(EventPosition.TryParse(text));

    [Fact]
    public void Text_OfAnything_IsReadOrNotAndNeverThrows() => Gen.String.Sample(static text => EventPosition.TryParse(text) is { } position ? position.ToString() is not null : text.Length > 0);

    [Fact]
    public void Advance_SiloThatDidNotAnswer_KeepsItsPlaceAndOneThatHasGoneIsForgotten()
    {
        var position = Of((Silos[0], 5), (Silos[1], 6), (Silos[2], 7)).Advance([(Silos[0], 8)], [Silos[2], Silos[3]]);

        Assert.Equal((8, 6, 0), (position[Silos[0]], position[Silos[1]], position[Silos[2]]));
    }

    [Fact]
    public void Place_OfASiloThatCameBackAtItsAddress_IsTheBeginning()
    {
        var position = Of((Silos[0], 5));

        Assert.Equal(0, position[SiloAddress.New(IPAddress.Loopback, 11111, 8)]);
    }

    private static EventPosition Of(params (SiloAddress Silo, long Last)[] read) => EventPosition.Start.Advance(read, []);
}
