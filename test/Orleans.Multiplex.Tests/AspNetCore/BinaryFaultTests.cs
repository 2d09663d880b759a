using System.Net;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class BinaryFaultTests
{
    [Theory]
    [InlineData("-1")]
    [InlineData("+5")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("1.5")]
    [InlineData("0x10")]
    [InlineData("5,5")]
    [InlineData("99999999999999999999")]
    public async Task Header_NotANumberOfBytes_IsNamedWithItsValue(string length)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferBinaryAsync("""{"inputs":[]}""", [], length)).IsError(HttpStatusCode.BadRequest, LengthHeader, $"'{length}'");
        Assert.Null(host.Fake.Last);
    }

    [Theory]
    [InlineData("14", false, "announces 14 bytes of JSON, but the body has only 13 bytes")]
    [InlineData("14", true, "announces 14 bytes of JSON, but the body has only 13 bytes")]
    [InlineData("9223372036854775807", false, "announces 9223372036854775807 bytes of JSON")]
    [InlineData("9223372036854775807", true, "announces 9223372036854775807 bytes of JSON")]
    public async Task Header_LongerThanTheContent_SaysBoth(string length, bool chunked, string part)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferBinaryAsync("""{"inputs":[]}""", [], length, chunked)).IsError(HttpStatusCode.BadRequest, LengthHeader, part);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Header_ShorterThanTheJson_IsBadJson()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferBinaryAsync("""{"inputs":[]}""", [], "12")).IsError(HttpStatusCode.BadRequest, "not valid JSON");
    }

    [Theory]
    [InlineData(false, 7, "Input 'B'", "is 4 bytes, but the body has only 3 left")]
    [InlineData(true, 7, "Input 'B'", "is 4 bytes, but the body has only 3 left")]
    [InlineData(false, 0, "Input 'A'", "is 4 bytes, but the body has only 0 left")]
    [InlineData(true, 2, "Input 'A'", "is 4 bytes, but the body has only 2 left")]
    [InlineData(false, 10, "2 bytes more than", "\"binary_data_size\"")]
    [InlineData(true, 9, "more bytes than", "\"binary_data_size\"")]
    public async Task Body_OtherThanDeclared_SaysWhatCameAndWhatWasExpected(bool chunked, int bytes, string part, string other)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.InferBinaryAsync(
            $$"""{"inputs":[{{Announce("A", "INT32", "1", "4")}},{{Announce("B", "INT32", "1", "4")}}]}""", new byte[bytes], chunked: chunked);

        reply.IsError(HttpStatusCode.BadRequest, part, other);
        Assert.Null(host.Fake.Last);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData("FP32", "2,2", "15", "its binary data is 15 bytes; datatype FP32 and shape [2, 2] ask for 16.")]
    [InlineData("FP32", "2,2", "17", "ask for 16.")]
    [InlineData("FP32", "0", "4", "ask for 0.")]
    [InlineData("INT4", "3", "1", "ask for 2.")]
    [InlineData("COMPLEX128", "9223372036854775807", "8", "more bytes than can be counted")]
    [InlineData("INT8", "9223372036854775807,9", "8", "more elements than can be counted")]
    [InlineData("BYTES", "2", "7", "ask for at least 8.")]
    [InlineData("FP32", "1", "-4", "\"binary_data_size\" is -4; it must be a number of bytes")]
    [InlineData("FP32", "1", "4.5", "\"binary_data_size\" is 4.5")]
    [InlineData("FP32", "1", "\"4\"", "\"binary_data_size\" is \"4\"")]
    [InlineData("FP32", "1", "null", "it has no \"data\"")]
    [InlineData("FP32", "1", "9223372036854775808", "\"binary_data_size\" is 9223372036854775808")]
    [InlineData("FP99", "1", "4", "datatype is \"FP99\"; JSON carries BOOL", "INT4")]
    public async Task Declaration_Wrong_IsNamedWithTheInput(string type, string shape, string size, params string[] parts)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", type, shape, size)}}]}""", new byte[16]);

        reply.IsError(HttpStatusCode.BadRequest, ["Input 'X'", .. parts]);
    }

    [Theory]
    [InlineData("""{"name":"X","datatype":"FP32","shape":[1],"data":[1],"parameters":{"binary_data_size":4}}""", "both \"data\" and \"binary_data_size\"")]
    [InlineData("""{"name":"X","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4,"binary_data_size":4}}""", "has \"binary_data_size\" twice")]
    [InlineData("""{"name":"X","datatype":"FP32","shape":[1],"parameters":[4]}""", "\"parameters\" of X is an array")]
    [InlineData("""{"name":"X","datatype":"FP32","parameters":{"binary_data_size":4}}""", "has no \"shape\"")]
    [InlineData("""{"name":"X","shape":[1],"parameters":{"binary_data_size":4}}""", "has no \"datatype\"")]
    [InlineData("""{"datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}""", "Input 'inputs[0]': it has no \"name\"")]
    public async Task Input_ThatAnnouncesBytesBadly_IsRefused(string input, string part)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferBinaryAsync($$"""{"inputs":[{{input}}]}""", new byte[4])).IsError(HttpStatusCode.BadRequest, part);
    }

    [Theory]
    [InlineData("""{"inputs":[],"parameters":{"binary_data_output":1}}""", "\"binary_data_output\" is 1; it must be true or false")]
    [InlineData("""{"inputs":[],"outputs":[{"name":"a","parameters":{"binary_data":"true"}}]}""", "\"binary_data\" of outputs[0] is \"true\"; it must be true or false")]
    [InlineData("""{"inputs":[],"outputs":[{"name":"a","parameters":[]}]}""", "\"parameters\" of outputs[0] is an array; it must be an object")]
    public async Task Output_AskedForBadly_IsRefused(string body, string part)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferAsync(body)).IsError(HttpStatusCode.BadRequest, part);
    }

    [Theory]
    [InlineData("BYTES", "2", "0400000061620000", "not the elements that its shape [2] asks for")]
    [InlineData("BYTES", "1", "FFFFFFFF00000000", "not the elements")]
    [InlineData("BYTES", "1", "0000000000000000", "not the elements")]
    [InlineData("BYTES", "0", "0000000000000000", "not the elements that its shape [0] asks for")]
    [InlineData("BOOL", "8", "0001000100020001", "element 5 is the byte 2; BOOL takes 0 and 1")]
    public async Task Bytes_NotOfTheirType_AreRefusedWithTheInput(string type, string shape, string bytes, string part)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", type, shape, "8")}}]}""", Convert.FromHexString(bytes));

        reply.IsError(HttpStatusCode.BadRequest, "Input 'X'", part);
    }

    [Fact]
    public async Task Input_ThatAnnouncesBytesWithoutTheHeader_IsToldOfIt()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferAsync($$"""{"inputs":[{{Announce("X", "FP32", "1", "4")}}]}""")).IsError(HttpStatusCode.BadRequest, "Input 'X'", LengthHeader);
    }

    [Theory]
    [InlineData(false, HttpStatusCode.BadRequest)]
    [InlineData(true, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Declaration_LargerThanTheLimit_AllocatesNothing(bool chunked, HttpStatusCode status)
    {
        await using var host = await HttpHost.StartAsync(settings: static values => values["Multiplex:MaxRequestBytes"] = "4KiB");

        (await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", "INT8", "1099511627776", "1099511627776")}}]}""", new byte[16], chunked: chunked))
            .IsError(status);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Body_LongerThanTheLimitWithoutAnAnnouncement_IsTooLarge()
    {
        await using var host = await HttpHost.StartAsync(settings: static values => values["Multiplex:MaxRequestBytes"] = "4KiB");

        (await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", "INT8", "4090", "4090")}}]}""", new byte[4090], chunked: true))
            .IsError(HttpStatusCode.RequestEntityTooLarge, "MaxRequestBytes");
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Tensors_BeyondTheBytesInFlight_AreRefusedForNow()
    {
        await using var host = await HttpHost.StartAsync(settings: static values =>
        {
            values["Multiplex:MaxRequestBytes"] = "40KiB";
            values["Multiplex:MaxBytesInFlight"] = "80KiB";
        });
        using var other = host.InFlight.Open("other");
        other.Charge(60 << 10);

        (await host.InferBinaryAsync($$"""{"inputs":[{{Announce("X", "INT8", "30000", "30000")}}]}""", new byte[30000]))
            .IsError(HttpStatusCode.TooManyRequests, "MaxBytesInFlight");
        Assert.Equal(60 << 10, host.InFlight.Charged);
    }
}
