using System.Collections.Concurrent;

namespace Orleans.Multiplex.Chaos.Traffic;

/// <summary>What came of the requests of a phase.</summary>
internal sealed class Tally(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly ConcurrentQueue<(TimeSpan At, Answer Answer)> _answers = new();

    public int Requests => _answers.Count;

    public IEnumerable<(TimeSpan At, Answer Answer)> Failures => _answers.Where(static one => one.Answer.IsFailure);

    public IEnumerable<Answer> Wrong => _answers.Select(static one => one.Answer).Where(static answer => answer.IsWrong);

    /// <summary>The right answers that came after a time.</summary>
    public int CountRightAfter(TimeSpan time) => _answers.Count(one => one.At > time && one.Answer.IsRight);

    public int Cold => _answers.Count(static one => one.Answer.IsCold);

    /// <summary>The versions that have answered for a model.</summary>
    public IEnumerable<long> GetVersions(int model) => _answers.Where(one => one.Answer.Model == model && !one.Answer.IsFailure).Select(static one => one.Answer.Version).Distinct();

    /// <summary>The time since the phase began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public TimeSpan P99
    {
        get
        {
            TimeSpan[] took = [.. _answers.Select(static one => one.Answer.Took).Order()];
            return took.Length == 0 ? TimeSpan.Zero : took[(took.Length - 1) * 99 / 100];
        }
    }

    public void Count(Answer answer) => _answers.Enqueue((Elapsed, answer));
}
