using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>The parameters of a request that mean something here.</summary>
/// <param name="Timeout">The time allowed; null when it gave none.</param>
/// <param name="BinaryOutputs">Whether outputs are wanted as raw bytes where they do not say it themselves.</param>
internal readonly record struct RequestParameters(TimeSpan? Timeout, bool BinaryOutputs)
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>Reads the parameters at which the reader is, and leaves the reader at their end.</summary>
    public static RequestParameters Read(ref Utf8JsonReader reader, ReadScope scope)
    {
        scope.CheckObject(ref reader, "\"parameters\"");
        TimeSpan? timeout = null;
        var binaryOutputs = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "timeout"u8))
            {
                reader.Read();
                timeout = ReadTimeout(ref reader, scope);
            }
            else if (ReadScope.IsProperty(ref reader, "binary_data_output"u8))
            {
                reader.Read();
                binaryOutputs = scope.ReadFlag(ref reader, "The parameter \"binary_data_output\"");
            }
            else
            {
                reader.Skip();
            }
        }

        return new RequestParameters(timeout, binaryOutputs);
    }

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
