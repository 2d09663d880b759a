using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The parameters of a request that mean something here.</summary>
/// <param name="Timeout">The time allowed; null when it gave none.</param>
/// <param name="Priority">How urgent the request is, 1 being the most; 0 when it does not say.</param>
/// <param name="BinaryOutputs">Whether outputs are wanted as raw bytes where they do not say it themselves.</param>
internal readonly record struct RequestParameters(TimeSpan? Timeout, int Priority, bool BinaryOutputs)
{
    /// <summary>The most that the parameter <c>timeout</c> may say.</summary>
    public const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Reads the parameters at which the reader is, and leaves the reader at their end.</summary>
    public static RequestParameters Read(ref Utf8JsonReader reader, ReadScope scope)
    {
        scope.CheckObject(ref reader, "\"parameters\"");
        TimeSpan? timeout = null;
        var priority = 0;
        var binaryOutputs = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "timeout"u8))
            {
                timeout = ReadScope.ReadOptional(ref reader) ? ReadTimeout(ref reader, scope) : null;
            }
            else if (ReadScope.IsProperty(ref reader, "priority"u8))
            {
                priority = ReadScope.ReadOptional(ref reader) ? ReadPriority(ref reader, scope) : 0;
            }
            else if (ReadScope.IsProperty(ref reader, "binary_data_output"u8))
            {
                binaryOutputs = ReadScope.ReadOptional(ref reader) && scope.ReadFlag(ref reader, "The parameter \"binary_data_output\"");
            }
            else
            {
                reader.Skip();
            }
        }

        return new RequestParameters(timeout, priority, binaryOutputs);
    }

    // The protocol has 64 bits for it, far more than there are levels.
    private static int ReadPriority(ref Utf8JsonReader reader, ReadScope scope) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var priority)
            ? (int)Math.Min(priority, int.MaxValue)
            : throw scope.Fault(
                $"The parameter \"priority\" is {ReadScope.Excerpt(ref reader)}; it must be a whole number: 1 is the most urgent, 0 is the default.");

    private static TimeSpan? ReadTimeout(ref Utf8JsonReader reader, ReadScope scope)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var microseconds) || microseconds is < 0 or > MicrosecondsPerDay)
        {
            throw scope.Fault(
                $"The parameter \"timeout\" is {ReadScope.Excerpt(ref reader)}; it must be a number of microseconds of at most a day, or 0 for the default.");
        }

        return microseconds == 0 ? null : TimeSpan.FromMicroseconds(microseconds);
    }
}
