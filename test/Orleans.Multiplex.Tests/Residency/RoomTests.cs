using CsCheck;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class RoomTests
{
    [Fact]
    public void Enqueue_SmallBehindBig_BigIsNotOvertaken()
    {
        var room = new Room(10);
        room.TryTake(8);
        var big = room.Enqueue(9);
        var small = room.Enqueue(1);

        Assert.False(room.TryTake(1));
        room.Give(6);
        Assert.False(small.Served.Task.IsCompleted);

        room.Give(2);
        Assert.True(big.Served.Task.IsCompleted);
        Assert.True(small.Served.Task.IsCompleted);
        Assert.Equal(10, room.Charged);
    }

    [Fact]
    public void Cancel_InTheMiddle_ServesThoseBehind()
    {
        var room = new Room(10);
        room.TryTake(9);
        var big = room.Enqueue(5);
        var small = room.Enqueue(1);

        room.Cancel(big);

        Assert.False(big.Served.Task.IsCompleted);
        Assert.True(small.Served.Task.IsCompleted);
        Assert.Equal((10, 0), (room.Charged, room.Waiting));
    }

    [Fact]
    public void Cancel_AlreadyServed_GivesBack()
    {
        var room = new Room(10);
        room.TryTake(10);
        var request = room.Enqueue(4);
        room.Give(4);

        room.Cancel(request);

        Assert.Equal(6, room.Charged);
    }

    [Fact]
    public void EnqueueFirst_OthersWait_IsServedBeforeThem()
    {
        var room = new Room(10);
        room.TryTake(10);
        var earlier = room.Enqueue(2);
        var first = room.Enqueue(2, first: true);

        room.Give(2);

        Assert.True(first.Served.Task.IsCompleted);
        Assert.False(earlier.Served.Task.IsCompleted);
    }

    [Fact]
    public void EnqueueFirst_FitsAlthoughABigOneWaits_IsServedAtOnce()
    {
        var room = new Room(10);
        room.TryTake(8);
        room.Enqueue(5);

        var first = room.Enqueue(2, first: true);

        Assert.True(first.Served.Task.IsCompleted);
        Assert.Equal((10, 1), (room.Charged, room.Waiting));
    }

    [Theory]
    [InlineData(0, 0, 3)]
    [InlineData(2, 0, 1)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 5, 0)]
    public void Shortage_SomeFreeSomeLeaving_IsTheRest(int free, int leaving, int shortage)
    {
        var room = new Room(10);
        room.TryTake(10);
        room.Enqueue(3);
        room.Leaving = leaving;
        room.Give(free);

        Assert.Equal(shortage, room.Shortage);
    }

    [Fact]
    public void AnySequence_AgreesWithNaiveModelAndIsNeverOvercharged() =>
        Gen.Select(Gen.Int[1, 12], Gen.Select(Gen.Int[0, 4], Gen.Int[1, 12], Gen.Int[0, 100]).Array[1, 60]).Sample((capacity, steps) =>
        {
            var room = new Room(capacity);
            var naive = new NaiveRoom(capacity);
            var requests = new List<(RoomRequest? Real, NaiveRequest Naive)>();
            foreach (var (kind, size, index) in steps)
            {
                var amount = Math.Min(size, capacity);
                switch (kind)
                {
                    case 0:
                        var taken = naive.TryTake(amount);
                        Assert.Equal(taken is not null, room.TryTake(amount));
                        if (taken is not null)
                        {
                            requests.Add((null, taken));
                        }

                        break;
                    case 1 or 2:
                        requests.Add((room.Enqueue(amount, first: kind == 2), naive.Enqueue(amount, first: kind == 2)));
                        break;
                    case 3 when requests.Count > 0:
                        var (real, ended) = requests[index % requests.Count];
                        requests.RemoveAt(index % requests.Count);
                        naive.End(ended);
                        if (real is null)
                        {
                            room.Give(ended.Amount);
                        }
                        else
                        {
                            room.Cancel(real);
                        }

                        break;
                }

                Assert.InRange(room.Charged, 0, capacity);
                Assert.Equal((naive.Charged, naive.Waiting.Count, naive.Shortage), (room.Charged, room.Waiting, room.Shortage));
                Assert.All(requests, one => Assert.Equal(one.Naive.IsServed, one.Real?.Served.Task.IsCompleted ?? true));
            }
        });

    private sealed class NaiveRequest(long amount)
    {
        public long Amount => amount;

        public bool IsServed { get; set; }
    }

    private sealed class NaiveRoom(long capacity)
    {
        public List<NaiveRequest> Waiting { get; } = [];

        public long Charged { get; private set; }

        public long Shortage => Math.Max(0, Waiting.Sum(one => one.Amount) - (capacity - Charged));

        public NaiveRequest? TryTake(long amount) => Waiting.Count == 0 && Charged + amount <= capacity ? Enqueue(amount, false) : null;

        public NaiveRequest Enqueue(long amount, bool first)
        {
            var request = new NaiveRequest(amount);
            Waiting.Insert(first ? 0 : Waiting.Count, request);
            Serve();
            return request;
        }

        public void End(NaiveRequest request)
        {
            Charged -= request.IsServed ? request.Amount : 0;
            Waiting.Remove(request);
            Serve();
        }

        private void Serve()
        {
            while (Waiting.Count > 0 && Charged + Waiting[0].Amount <= capacity)
            {
                Charged += Waiting[0].Amount;
                Waiting[0].IsServed = true;
                Waiting.RemoveAt(0);
            }
        }
    }
}
