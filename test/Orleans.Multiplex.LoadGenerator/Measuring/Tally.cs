using System.Globalization;
using Orleans.Multiplex.LoadGenerator.Wire;

namespace Orleans.Multiplex.LoadGenerator.Measuring;

/// <summary>Counts what comes of a load.</summary>
internal sealed class Tally(int checkedOneOf)
{
    private readonly LatencyHistogram _right = new();
    private readonly LatencyHistogram _other = new();
    private readonly LatencyHistogram _lateness = new();
    private readonly Dictionary<(int Status, int Rpc), long> _statuses = [];
    private long _answers;
    private long _compared;
    private long _wrong;
    private long _rightInTime;
    private long _withRetryAfter;

    public long Sent { get; private set; }

    public long Disconnected { get; set; }

    public int MostInFlight { get; private set; }

    public void OnSent(int inFlight)
    {
        Sent++;
        MostInFlight = Math.Max(MostInFlight, inFlight);
    }

    public void OnLate(TimeSpan by) => _lateness.Add(by);

    /// <param name="answer">An answer.</param>
    /// <param name="call">To what.</param>
    /// <param name="latency">How long it took.</param>
    /// <param name="isInTime">Whether it came while requests were still sent.</param>
    public void OnAnswer(Answer answer, Call call, TimeSpan latency, bool isInTime)
    {
        _answers++;
        _withRetryAfter += answer.HasRetryAfter ? 1 : 0;
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_statuses, (answer.Status, answer.RpcStatus), out _);
        count++;
        var isRight = answer.IsWell;
        if (isRight && checkedOneOf > 0 && _answers % checkedOneOf == 0)
        {
            _compared++;
            isRight = AnswerCheck.IsRight(call, answer.Body);
            _wrong += isRight ? 0 : 1;
        }

        (isRight ? _right : _other).Add(latency);
        _rightInTime += isRight && isInTime ? 1 : 0;
    }

    public LoadResult Summarize(TimeSpan time, long unanswered, TimeSpan cpu) => new()
    {
        Seconds = time.TotalSeconds,
        Sent = Sent,
        Answers = _answers,
        Right = _right.Summarize().Count,
        Compared = _compared,
        Wrong = _wrong,
        Statuses = _statuses.OrderByDescending(static status => status.Value).ToDictionary(static status => Describe(status.Key), static status => status.Value),
        WithRetryAfter = _withRetryAfter,
        Disconnected = Disconnected,
        Unanswered = unanswered,
        RightPerSecond = _rightInTime / time.TotalSeconds,
        Latency = _right.Summarize(),
        OtherLatency = _other.Summarize(),
        Lateness = _lateness.Summarize(),
        CpuSeconds = cpu.TotalSeconds,
        MostInFlight = MostInFlight,
    };

    private static string Describe((int Status, int Rpc) status) =>
        status.Rpc == Answer.NoRpc
            ? status.Status.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"grpc {status.Rpc}{(status.Status == 200 ? "" : $" ({status.Status})")}");
}
