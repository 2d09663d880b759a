using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>Points 6 to 13 of the checklist: what goes in and what comes out.</summary>
[Collection(OneGateway.Name)]
public sealed class InferencePoints(ChecklistGateway gateway)
{
    private static readonly Value Row = Value.Of("x", [1f, 2, 3, 4], 1, 4);

    /// <summary>What point 8 says is wrong: what is sent, and the input that the error has to name.</summary>
    private static readonly Dictionary<string, (Ask Ask, string Input)> Wrong = new()
    {
        ["datatype"] = (new Ask("versions", Value.Of("x", [1L, 2, 3, 4], 1, 4)), "x"),
        ["rank"] = (new Ask("versions", Row with { Shape = [4] }), "x"),
        ["dimension"] = (new Ask("versions", Value.Of("x", [1f, 2, 3, 4, 5], 1, 5)), "x"),
        ["number of elements"] = (new Ask("versions", Value.Of("x", [1f, 2, 3], 1, 4)), "x"),
        ["missing input"] = (new Ask("pair", Value.Of("a", [1f], 1)), "b"),
        ["extra input"] = (new Ask("versions", Row, Row with { Name = "extra" }), "extra"),
        ["duplicate input"] = (new Ask("versions", Row, Row), "x"),
    };

    /// <summary>6: the id comes back, and is absent where none was sent.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point06_Id_ComesBackOrIsAbsent(Wire wire)
    {
        using var client = gateway.Open(wire);

        Assert.Equal("r-17 é", (await client.InferAsync(new Ask("versions", Row) { Id = "r-17 é" }, TestContext.Current.CancellationToken)).Id);
        Assert.Null((await client.InferAsync(new Ask("versions", Row), TestContext.Current.CancellationToken)).Id);
    }

    /// <summary>7: the outputs that are asked for come in the order of the request, and unknown ones are refused.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point07_Outputs_ComeInTheOrderAskedForAndUnknownOnesAreRefused(Wire wire)
    {
        using var client = gateway.Open(wire);
        var ask = new Ask("classes", Value.Of("x", [1f, 0], 1, 2));
        string[][] orders = [["probabilities", "label"], ["label", "probabilities"], ["label"]];

        foreach (var order in orders)
        {
            Assert.Equal(order, (await client.InferAsync(ask with { Outputs = order }, TestContext.Current.CancellationToken)).Outputs.Select(output => output.Name));
        }

        var refused = await client.RefuseAsync(ask with { Outputs = ["label", "other"] });
        Assert.Equal(Refusal.Invalid, refused.Refusal);
        Assert.Contains("'other'", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>8: what is wrong with an input is said with the input's name. In full: ReaderTests, BinaryFaultTests, InputFaultTests.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point08_WrongInputs_AreRefusedByName(Wire wire)
    {
        using var client = gateway.Open(wire);

        foreach (var (what, (ask, input)) in Wrong)
        {
            var refused = await client.RefuseAsync(ask);
            Assert.True(
                refused.Refusal == Refusal.Invalid && refused.Message.Contains($"'{input}'", StringComparison.Ordinal), $"{what}: {refused.Message}");
        }
    }

    /// <summary>9: nested data and flat data are the same tensor. Any nesting: CodecProperties.</summary>
    [Fact]
    public async Task Point09_NestedAndFlatData_AreTheSame()
    {
        using var rest = (RestWire)gateway.Open(Wire.Json);

        foreach (var data in (string[])["[1,2,3,4,5,6,7,8]", "[[1,2,3,4],[5,6,7,8]]", "[[1,2,3,4,5,6,7,8]]"])
        {
            var body = $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[2,4],"data":{{data}}}]}""";
            var answer = await rest.SendAsync(HttpMethod.Post, "/v2/models/versions/infer", JsonNode.Parse(body));
            Assert.Equal("[3,4,5,6,7,8,9,10]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
        }
    }

    /// <summary>10: the largest and the smallest integers of 64 bits are exact.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point10_IntegersOf64Bits_AreExact(Wire wire)
    {
        using var client = gateway.Open(wire);
        long[] whole = [long.MinValue, -long.MaxValue, (1L << 53) + 1, long.MaxValue];
        ulong[] natural = [0, (1UL << 53) + 1, ulong.MaxValue];

        Assert.Equal(whole, await client.RunAsync(new Ask("whole", Value.Of("x", whole, 4))));
        Assert.Equal(natural, await client.RunAsync(new Ask("natural", Value.Of("x", natural, 3))));
    }

    /// <summary>11: NaN and infinities come back as they are where the wire has them, and never as invalid JSON.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point11_NumbersThatJsonDoesNotHave_AreNeverInvalidJson(Wire wire)
    {
        float[] numbers = [float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        var input = Value.Of("x", numbers, 3);
        if (wire != Wire.Json)
        {
            using var client = gateway.Open(wire);
            Assert.Equal(numbers, await client.RunAsync(new Ask("numbers", input)));
            return;
        }

        // Raw bytes in, JSON asked for: the error is JSON, or the client would not have read it.
        using var rest = (RestWire)gateway.Open(wire);
        var head = """{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"parameters":{"binary_data_size":12}}]}"""u8.ToArray();
        using var body = new ByteArrayContent([.. head, .. input.ToBytes()]) { Headers = { { RestWire.LengthHeader, $"{head.Length}" } } };
        var refused = await Assert.ThrowsAsync<RefusedException>(() => rest.InferAsync("numbers", null, body, TestContext.Current.CancellationToken));
        Assert.Contains("'y'", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Refusal.Invalid, refused.Refusal);
    }

    /// <summary>12: a batch without rows is answered without rows.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point12_NoRows_AreAnsweredByNone(Wire wire)
    {
        using var client = gateway.Open(wire);

        var answer = await client.InferAsync(new Ask("versions", Value.Of("x", Array.Empty<float>(), 0, 4)), TestContext.Current.CancellationToken);

        Assert.Equal([0L, 4], answer.Outputs.Single().Shape);
        Assert.Empty(answer.Outputs.Single().Elements);
    }

    /// <summary>13: text that is not UTF-8 goes as bytes, both ways; as JSON it is an error. JSON carries all that is UTF-8.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point13_TextThatIsNotUtf8_GoesAsBytes(Wire wire)
    {
        using var client = gateway.Open(wire);
        byte[][] texts = [[0xFF, 0xFE, 0], [], Encoding.UTF8.GetBytes("é\0\"")];

        Assert.Equal(texts[1..], await client.RunAsync(new Ask("text", Value.Of("x", texts[1..], 2))));
        if (wire != Wire.Json)
        {
            Assert.Equal(texts, await client.RunAsync(new Ask("text", Value.Of("x", texts, 3))));
            return;
        }

        var head = """{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":5}}]}"""u8.ToArray();
        using var body = new ByteArrayContent([.. head, 1, 0, 0, 0, 0xFF]) { Headers = { { RestWire.LengthHeader, $"{head.Length}" } } };
        var refused = await Assert.ThrowsAsync<RefusedException>(
            () => ((RestWire)client).InferAsync("text", null, body, TestContext.Current.CancellationToken));
        Assert.Equal(Refusal.Invalid, refused.Refusal);
    }
}
