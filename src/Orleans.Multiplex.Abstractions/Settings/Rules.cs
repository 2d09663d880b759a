namespace Orleans.Multiplex.Settings;

/// <summary>The words in which rules are told, so that a setting which several parts read has one fault, not one for each.</summary>
internal static class Rules
{
    /// <summary>The highest limit on the bytes of a request: what one byte array holds, with room to spare.</summary>
    public static readonly ByteSize MostRequestBytes = new(1L << 30);

    /// <summary>The longest time: beyond it, it is a mistake in the unit, and timers have a limit, of some weeks.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    public static IEnumerable<string> Require(bool holds, string name, object? value, string rule) =>
        holds ? [] : [$"{name} is {value}; it must be {rule}."];

    public static IEnumerable<string> RequireTime(string name, TimeSpan time) =>
        Require(time > TimeSpan.Zero && time <= LongestTime, name, time, "above zero and at most a day, for instance 00:01:00");

    /// <summary>The longest time that may be asked for: at least the usual one, whose own faults are told elsewhere.</summary>
    public static IEnumerable<string> RequireMaxTime(string name, TimeSpan time, string usualName, TimeSpan usual) =>
        Require(
            time > TimeSpan.Zero && time <= LongestTime && (time >= usual || usual > LongestTime),
            name,
            time,
            $"at least {usualName} ({usual}) and at most a day, for instance 00:10:00");

    public static IEnumerable<string> RequireRequestBytes(string name, ByteSize size) =>
        Require(size.Bytes > 0 && size.Bytes <= MostRequestBytes.Bytes, name, size, $"above zero and at most {MostRequestBytes}");
}
