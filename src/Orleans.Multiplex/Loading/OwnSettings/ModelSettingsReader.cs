using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Loading.OwnSettings;

/// <summary>
/// Reads the settings of a model, or finds all that is wrong with them. Pure. It takes JSON as the standard has it (no comments, no trailing commas, each name
/// once), so that every tool which writes or checks such a file agrees with it.
/// </summary>
internal static class ModelSettingsReader
{
    /// <summary>The largest file.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>The most names that are told of as unknown: a file of something else may have thousands.</summary>
    private const int MostUnknown = 10;

    private const int MaxShownLength = 60;

    private static readonly Dictionary<string, Setting> Known = new(StringComparer.Ordinal)
    {
        ["maxBatchSize"] = new(
            "a whole number from 1, for instance 32; 1 has each request run alone",
            static (settings, value) => ReadNumber(value, most: int.MaxValue) is { } size ? settings with { MaxBatchSize = size } : null),
        ["maxCopies"] = new(
            "a whole number from 1, and not below minCopies; 1 makes no copies",
            static (settings, value) => ReadNumber(value, most: int.MaxValue) is { } copies && copies >= (settings.MinCopies ?? 1)
                ? settings with { MaxCopies = copies } : null),
        ["maxQueueDelay"] = new(
            "a text with a time in hours:minutes:seconds, from zero to a minute, for instance \"00:00:00.002\"",
            static (settings, value) => ReadTime(value) is { } delay && delay >= TimeSpan.Zero && delay <= ExecutionOptions.LongestQueueDelay
                ? settings with { MaxQueueDelay = delay } : null),
        ["minCopies"] = new(
            "a whole number from 1, and not above maxCopies",
            static (settings, value) => ReadNumber(value, settings.MaxCopies ?? int.MaxValue) is { } copies ? settings with { MinCopies = copies } : null),
        ["pin"] = new(
            "true or false",
            static (settings, value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? settings with { Pin = value.GetBoolean() } : null),
        ["priority"] = new(
            string.Create(CultureInfo.InvariantCulture, $"a whole number from 1, the most urgent, to {RunPriority.Lowest}"),
            static (settings, value) => ReadNumber(value, RunPriority.Lowest) is { } priority ? settings with { Priority = priority } : null),
        ["timeout"] = new(
            "a text with a time in hours:minutes:seconds, above zero and at most a day, for instance \"00:00:02\"",
            static (settings, value) => ReadTime(value) is { } time && time > TimeSpan.Zero && time <= Rules.LongestTime ? settings with { Timeout = time } : null),
    };

    /// <summary>Reads them.</summary>
    /// <param name="bytes">What the file holds.</param>
    /// <returns>The settings, or what is wrong, each fault as a sentence.</returns>
    public static (ModelSettings? Settings, ImmutableArray<string> Faults) Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            return (null, [$"The file is too large; it may have {MaxBytes} bytes."]);
        }

        try
        {
            // Some editors begin a file with the mark of UTF-8, which is no JSON.
            using var document = JsonDocument.Parse(bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement)
                : (null, [$"The file holds {Show(document.RootElement)}; it must hold a JSON object, for instance {{\"maxBatchSize\": 8}}."]);
        }
        catch (JsonException broken)
        {
            return (null, [$"The file is no JSON, from line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1} on; comments and trailing commas are none."]);
        }
        catch (InvalidOperationException)
        {
            return (null, ["The file is no JSON: it holds text that is no Unicode."]);
        }
    }

    private static (ModelSettings? Settings, ImmutableArray<string> Faults) Read(JsonElement file)
    {
        var settings = ModelSettings.None;
        var faults = ImmutableArray.CreateBuilder<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unknown = 0;
        foreach (var property in file.EnumerateObject())
        {
            var name = property.Name;
            if (!Known.TryGetValue(name, out var setting))
            {
                if (++unknown <= MostUnknown)
                {
                    faults.Add($"{Quote(name)} is not a setting of a model; {Suggest(name)}");
                }
            }
            else if (!seen.Add(name))
            {
                faults.Add($"{name} is there more than once.");
            }
            else if (setting.Read(settings, property.Value) is { } more)
            {
                settings = more;
            }
            else
            {
                faults.Add($"{name} is {Show(property.Value)}; it must be {setting.Rule}.");
            }
        }

        if (unknown > MostUnknown)
        {
            faults.Add($"{unknown - MostUnknown} more names are no settings either.");
        }

        return faults.Count == 0 ? (settings, []) : (null, faults.ToImmutable());
    }

    private static string Suggest(string name)
    {
        var nearest = name.Length > MaxShownLength ? null : Known.Keys.MinBy(known => Spelling.Distance(known, name));
        return nearest is not null && Spelling.Distance(nearest, name) <= Math.Max(1, name.Length / 4)
            ? $"did you mean {nearest}?"
            : $"there are {string.Join(", ", Known.Keys)}.";
    }

    private static int? ReadNumber(JsonElement value, int most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= most ? number : null;

    private static TimeSpan? ReadTime(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && SettingValue.TryRead(typeof(TimeSpan), value.GetString()!, out var time) ? (TimeSpan)time! : null;

    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"the text {Quote(value.GetString()!)}",
        _ => Cut(value.GetRawText()),
    };

    // It goes into logs and answers: nothing in it may break a line.
    private static string Quote(string text) => $"'{Cut(JsonEncodedText.Encode(text).ToString())}'";

    private static string Cut(string text) => text.Length > MaxShownLength ? $"{text[..MaxShownLength]}…" : text;

    /// <summary>A setting.</summary>
    /// <param name="Rule">What its value has to be.</param>
    /// <param name="Read">The settings with the value; null where it is none.</param>
    private sealed record Setting(string Rule, Func<ModelSettings, JsonElement, ModelSettings?> Read);
}
