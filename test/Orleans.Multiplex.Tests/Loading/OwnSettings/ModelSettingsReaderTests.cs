using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Orleans.Multiplex.Loading.OwnSettings;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.OwnSettings;

/// <summary>What is read of a <c>model.json</c>.</summary>
public sealed class ModelSettingsReaderTests
{
    private const string All = """{"maxBatchSize": 8, "maxQueueDelay": "00:00:00.002", "minCopies": 2, "maxCopies": 4, "pin": true, "priority": 2, "timeout": "00:00:05"}""";

    public static TheoryData<string, string[]> Faulty => new()
    {
        { """{"maxBatchSize": 0}""", ["maxBatchSize is 0; it must be a whole number from 1, for instance 32; 1 has each request run alone."] },
        { """{"maxBatchSize": 2147483648}""", ["maxBatchSize is 2147483648; it must be a whole number from 1, "] },
        { """{"maxBatchSize": 1.5}""", ["maxBatchSize is 1.5; "] },
        { """{"maxBatchSize": "8"}""", ["maxBatchSize is the text '8'; "] },
        { """{"maxQueueDelay": "00:01:00.001"}""", ["maxQueueDelay is the text '00:01:00.001'; it must be a text with a time in hours:minutes:seconds, from zero to a minute, for instance \"00:00:00.002\"."] },
        { """{"maxQueueDelay": "-00:00:01"}""", ["maxQueueDelay is the text '-00:00:01'; "] },
        { """{"maxQueueDelay": 5}""", ["maxQueueDelay is 5; "] },
        { """{"maxQueueDelay": "5"}""", ["maxQueueDelay is the text '5'; "] },
        { """{"pin": "yes"}""", ["pin is the text 'yes'; it must be true or false."] },
        { """{"pin": null}""", ["pin is null; "] },
        { """{"priority": 0}""", ["priority is 0; it must be a whole number from 1, the most urgent, to 9."] },
        { """{"priority": 10}""", ["priority is 10; "] },
        { """{"priority": [1]}""", ["priority is a list; "] },
        { """{"timeout": "00:00:00"}""", ["timeout is the text '00:00:00'; it must be a text with a time in hours:minutes:seconds, above zero and at most a day, for instance \"00:00:02\"."] },
        { """{"timeout": "1.00:00:01"}""", ["timeout is the text '1.00:00:01'; "] },
        { """{"timeout": {"seconds": 1}}""", ["timeout is an object; "] },
        { """{"priorty": 1}""", ["'priorty' is not a setting of a model; did you mean priority?"] },
        { """{"Pin": true}""", ["'Pin' is not a setting of a model; did you mean pin?"] },
        { """{"batching": true}""", ["'batching' is not a setting of a model; there are maxBatchSize, maxCopies, maxQueueDelay, minCopies, pin, priority, timeout."] },
        { """{"minCopies": 3, "maxCopies": 2}""", ["maxCopies is 2; it must be a whole number from 1, and not below minCopies"] },
        { """{"maxCopies": 2, "minCopies": 3}""", ["minCopies is 3; it must be a whole number from 1, and not above maxCopies"] },
        { """{"minCopies": 0, "maxCopies": "2"}""", ["minCopies is 0; ", "maxCopies is the text '2'; "] },
        { """{"pin": true, "pin": false}""", ["pin is there more than once."] },
        { """{"pin": 1, "priority": 0, "tiemout": "x"}""", ["pin is 1; ", "priority is 0; ", "'tiemout' is not a setting of a model; did you mean timeout?"] },
        { """{"\n": 1}""", ["'\\n' is not a setting of a model; "] },
        { """{"pin": "\u2028"}""", ["pin is the text '\\u2028'; "] },
        { "[]", ["The file holds a list; it must hold a JSON object, for instance {\"maxBatchSize\": 8}."] },
        { "true", ["The file holds true; "] },
        { "", ["The file is no JSON, from line 1, byte 1 on; comments and trailing commas are none."] },
        { "{\n  \"pin\": true,\n}", ["The file is no JSON, from line 3, byte 1 on; "] },
        { """{"pin": true} // kept""", ["The file is no JSON, from line 1, byte 15 on; "] },
        { """{"pin": "\ud800"}""", ["The file is no JSON: it holds text that is no Unicode."] },
        { """{"\ud800": 1}""", ["The file is no JSON: it holds text that is no Unicode."] },
    };

    [Fact]
    public void Read_AllThatThereIs_IsTaken() => Assert.Equal(
        new ModelSettings
        {
            MaxBatchSize = 8,
            MaxQueueDelay = TimeSpan.FromMilliseconds(2),
            MinCopies = 2,
            MaxCopies = 4,
            Pin = true,
            Priority = 2,
            Timeout = TimeSpan.FromSeconds(5),
        },
        Read(All).Settings);

    [Theory]
    [InlineData("{}")]
    [InlineData("\uFEFF { } \r\n")]
    [InlineData("""{"pin": false}""")]
    public void Read_NothingSaid_IsAsForEveryModel(string text) => Assert.Equal(ModelSettings.None, Read(text).Settings);

    [Theory]
    [InlineData("""{"maxBatchSize": 1, "maxQueueDelay": "00:00:00", "priority": 1, "timeout": "00:00:00.0000001"}""")]
    [InlineData("""{"maxBatchSize": 2147483647, "maxQueueDelay": "00:01:00", "priority": 9, "timeout": "1.00:00:00"}""")]
    public void Read_LeastAndMost_AreTaken(string text) => Assert.NotNull(Read(text).Settings);

    [Theory]
    [MemberData(nameof(Faulty))]
    public void Read_Faulty_TellsAllFaultsAndWhatIsAllowed(string text, string[] expected)
    {
        var (settings, faults) = Read(text);

        Assert.Null(settings);
        Assert.Equal(expected.Length, faults.Length);
        Assert.All(faults, (fault, i) => Assert.StartsWith(expected[i], fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_LargestFile_IsReadAndALargerOneIsNot()
    {
        Assert.NotNull(Read("{}".PadRight(64 << 10)).Settings);
        Assert.Equal(["The file is too large; it may have 65536 bytes."], Read("{}".PadRight((64 << 10) + 1)).Faults);
    }

    [Fact]
    public void Read_ManyAndLongUnknownNames_AreToldInAFewLines()
    {
        var names = Enumerable.Range(0, 2000).Select(static i => $"\"{i:D4}{new string('x', 10)}\":1").Append($"\"{new string('y', 20_000)}\":1");

        var faults = Read($"{{{string.Join(',', names)}}}").Faults;

        Assert.Equal(11, faults.Length);
        Assert.Equal("1991 more names are no settings either.", faults[^1]);
        Assert.All(faults, static fault => Assert.InRange(fault.Length, 1, 200));
        Assert.InRange(Assert.Single(Read($$"""{"{{new string('y', 20_000)}}":1}""").Faults).Length, 1, 200);
    }

    [Fact]
    public void Read_AnyBytes_GiveSettingsOrFaultsThatBreakNoLine() => Gen.Byte.Array[0, 200].Sample(Judge, iter: 20_000);

    [Fact]
    public void Read_AnyChangeOfAGoodFile_GivesSettingsOrFaultsThatBreakNoLine() =>
        Gen.Select(Gen.Int[0, All.Length - 1], Gen.Int[0, 8], Gen.OneOf(Gen.Byte.Array[0, 4], Gen.OneOfConst("\"", "\\ud8", "{", "null", "1e999", "-", ":", "9", "\uFFFD").Select(Encoding.UTF8.GetBytes)))
            .Sample((at, gone, put) => Judge([.. Encoding.UTF8.GetBytes(All)[..at], .. put, .. Encoding.UTF8.GetBytes(All).Skip(at + gone)]), iter: 20_000);

    private static void Judge(byte[] bytes)
    {
        var (settings, faults) = ModelSettingsReader.Read(bytes);

        Assert.Equal(settings is null, faults.Length > 0);
        Assert.All(faults, static fault => Assert.DoesNotContain(fault, char.IsControl));
    }

    private static (ModelSettings? Settings, ImmutableArray<string> Faults) Read(string text) => ModelSettingsReader.Read(Encoding.UTF8.GetBytes(text));
}
