using System.Net;
using System.Net.Sockets;
using Orleans.Multiplex.LoadGenerator.Measuring;
using Orleans.Multiplex.LoadGenerator.Wire;

namespace Orleans.Multiplex.LoadGenerator;

/// <summary>Puts a load on a server, on one thread.</summary>
internal sealed class LoadRun : IDisposable
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly Load _load;
    private readonly IPEndPoint _server;
    private readonly PreparedCall[] _calls;
    private readonly int[] _order;
    private readonly Poller _poller = new();
    private readonly Connection[] _connections;
    private readonly bool[] _isWatchedForRoom;
    private readonly Stack<int> _idle = new();
    private readonly Schedule? _schedule;
    private readonly Tally _tally;
    private int _next;
    private long _end;

    public LoadRun(Load load)
    {
        _load = load;
        var uri = new Uri(load.Address);
        _server = new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port);
        _calls = [.. load.Calls.Select(call => PreparedCall.Prepare(call, uri.Authority, load.IsHttp2))];
        var random = new Random(load.Seed);
        _order = CallOrder.Draw([.. load.Calls.Select(static call => call.Weight)], random);
        _schedule = load.Rate > 0 ? new Schedule(load.Rate, _time.TimestampFrequency, random) : null;
        _tally = new Tally(load.CheckedOneOf);
        _connections = new Connection[load.Connections];
        _isWatchedForRoom = new bool[load.Connections];
    }

    private int InFlight => _connections.Length - _idle.Count;

    private int Waiting => IsAllSent ? 0 : _schedule?.Waiting ?? 0;

    private bool IsAllSent => _load.MaxRequests > 0 && _tally.Sent >= _load.MaxRequests;

    public LoadResult Run()
    {
        Poller.MakeExact();
        for (var i = _connections.Length - 1; i >= 0; i--)
        {
            Open(i);
            _idle.Push(i);
        }

        var cpu = Environment.CpuUsage.TotalTime;
        var start = _time.GetTimestamp();
        _end = start + (long)(_load.Seconds * _time.TimestampFrequency);
        _schedule?.Start(start);
        while (_time.GetTimestamp() < _end && !(IsAllSent && InFlight == 0))
        {
            SendWhatIsDue();
            HandleReady(TimeToWait());
        }

        var ended = Math.Min(_time.GetTimestamp(), _end);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        Drain();
        return _tally.Summarize(_time.GetElapsedTime(start, ended), InFlight + Waiting, cpu);
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }

        _poller.Dispose();
    }

    private void SendWhatIsDue()
    {
        if (_schedule is null)
        {
            while (_idle.Count > 0 && !IsAllSent)
            {
                Send(_idle.Pop(), _time.GetTimestamp());
            }

            return;
        }

        var now = _time.GetTimestamp();
        _schedule.Advance(Math.Min(now, _end));
        while (_idle.Count > 0 && !IsAllSent && _schedule.TryTake(out var meantAt, out var hasWaited))
        {
            if (!hasWaited)
            {
                _tally.OnLate(_time.GetElapsedTime(meantAt, _time.GetTimestamp()));
            }

            Send(_idle.Pop(), meantAt);
        }

        _schedule.MarkWaiting();
    }

    private void Send(int index, long meantAt)
    {
        var call = _calls[_order[_next++ % _order.Length]];
        _connections[index].Send(call, meantAt);
        _tally.OnSent(InFlight);
        WatchForRoom(index);
    }

    private TimeSpan TimeToWait()
    {
        var now = _time.GetTimestamp();
        var until = _schedule is { Waiting: 0 } ? Math.Min(_schedule.NextAt, _end) : _end;
        return until <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, until);
    }

    private void HandleReady(TimeSpan most)
    {
        var count = _poller.Wait(most);
        for (var i = 0; i < count; i++)
        {
            var index = _poller.GetReady(i);
            if (!TryHandle(index))
            {
                _tally.Disconnected++;
                var hadCall = _connections[index].Call is not null;
                _connections[index].Dispose();
                Open(index);
                if (hadCall)
                {
                    _idle.Push(index);
                }
            }
        }
    }

    private bool TryHandle(int index)
    {
        var connection = _connections[index];
        try
        {
            if (!connection.Flush() || !connection.Receive())
            {
                return false;
            }

            if (connection.TryRead(out var answer) && connection.Call is { } call)
            {
                var now = _time.GetTimestamp();
                _tally.OnAnswer(answer, call.Call, _time.GetElapsedTime(connection.MeantAt, now), now < _end);
                connection.EndCall();
                _idle.Push(index);
                if (_schedule is null && now < _end && !IsAllSent)
                {
                    Send(_idle.Pop(), now);
                }
            }

            WatchForRoom(index);
            return true;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return false;
        }
    }

    private void Drain()
    {
        var until = _time.GetTimestamp() + (long)(DrainPatience.TotalSeconds * _time.TimestampFrequency);
        while (InFlight + Waiting > 0 && _time.GetTimestamp() < until)
        {
            if (Waiting > 0)
            {
                SendWhatIsDue();
            }

            HandleReady(_time.GetElapsedTime(_time.GetTimestamp(), until));
        }
    }

    private void Open(int index)
    {
        _connections[index] = _load.IsHttp2 ? new Http2Connection(_server) : new Http1Connection(_server);
        _isWatchedForRoom[index] = false;
        _poller.Watch(_connections[index].Socket, index);
    }

    private void WatchForRoom(int index)
    {
        if (_connections[index].IsWriting != _isWatchedForRoom[index])
        {
            _isWatchedForRoom[index] = !_isWatchedForRoom[index];
            _poller.Rewatch(_connections[index].Socket, index, _isWatchedForRoom[index]);
        }
    }
}
