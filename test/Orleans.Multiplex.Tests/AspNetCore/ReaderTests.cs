using System.Text;
using Microsoft.AspNetCore.Http;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.ReaderHarness;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ReaderTests
{
    [Theory]
    [InlineData("""{"name":"X","datatype":"INT32","shape":[2,2],"data":[1,2,3,4]}""")]
    [InlineData("""{"name":"X","datatype":"INT32","shape":[2,2],"data":[[1,2],[3,4]]}""")]
    [InlineData("""{"data":[[1,2],[3,4]],"shape":[2,2],"datatype":"INT32","name":"X"}""")]
    [InlineData("""{"data":[[[[1]]],2,[3,[4]]],"shape":[2,2],"datatype":"INT32","name":"X"}""")]
    [InlineData("""{"shape":[2,2],"data":[1,2,3,4],"name":"X","datatype":"INT32"}""")]
    [InlineData("""{ "name" : "X", "extra": {"data":[9],"name":"Z"}, "datatype":"INT32", "parameters":{"a":[1,{}]}, "shape":[2,2], "data":[1,2,3,4] }""")]
    [InlineData("""{"\u006eame":"\u0058","dat\u0061type":"INT\u00332","shape":[2,2],"data":[1,2,3,4]}""")]
    public void Input_AnyOrderAndNesting_IsTheSameTensor(string input)
    {
        var tensor = ReadInput(input);

        Assert.Equal("X", tensor.Name);
        Assert.Equal([2L, 2], tensor.Shape);
        Assert.Equal([1, 2, 3, 4], tensor.ToArray<int>());
    }

    [Theory]
    [InlineData("BOOL", "[true,false]", 2, "0100")]
    [InlineData("UINT64", "[18446744073709551615]", 1, "FFFFFFFFFFFFFFFF")]
    [InlineData("INT64", "[-9223372036854775808,9007199254740993]", 2, "00000000000000800100000000002000")]
    [InlineData("INT8", "[-128,127,-0]", 3, "807F00")]
    [InlineData("FP16", "[0.1,65504,-0.0,5.9604645e-8]", 4, "662EFF7B00800100")]
    [InlineData("FP16", "[65519.99,1.00048828125,1.00048828125000001]", 3, "FF7B003C013C")]
    [InlineData("BF16", "[1.5,3.3895314e38,-0.0]", 3, "C03F7F7F0080")]
    [InlineData("FP32", "[5.1,1e-50,-0.0]", 3, "3333A3400000000000000080")]
    [InlineData("FP64", "[0.1]", 1, "9A9999999999B93F")]
    [InlineData("BYTES", "[\"ab\",\"\\u00e9\",\"\"]", 3, "02000000616202000000C3A900000000")]
    [InlineData("FP32", "[]", 0, "")]
    [InlineData("BYTES", "[[],[]]", 0, "")]
    public void Data_OfEachType_BecomesTheseBytes(string type, string data, int elements, string bytes)
    {
        var tensor = ReadInput($$"""{"name":"X","datatype":"{{type}}","shape":[{{elements}}],"data":{{data}}}""");

        Assert.Equal(bytes, Convert.ToHexString(tensor.Data.Span));
    }

    [Fact]
    public void Data_OfAScalar_IsOneElement() =>
        Assert.Equal([7L], ReadInput("""{"name":"X","datatype":"INT64","shape":[],"data":[7]}""").ToArray<long>());

    [Theory]
    [InlineData("BOOL", "1", "BOOL takes true and false")]
    [InlineData("BOOL", "\"true\"", "element 0 is \"true\"")]
    [InlineData("UINT8", "256", "element 0 is 256; UINT8 takes integers from 0 to 255")]
    [InlineData("UINT8", "-1", "UINT8")]
    [InlineData("UINT16", "65536", "UINT16")]
    [InlineData("UINT32", "4294967296", "UINT32")]
    [InlineData("UINT64", "18446744073709551616", "UINT64")]
    [InlineData("INT8", "128", "INT8")]
    [InlineData("INT16", "-32769", "INT16")]
    [InlineData("INT32", "2147483648", "INT32")]
    [InlineData("INT64", "9223372036854775808", "INT64")]
    [InlineData("INT64", "1.0", "element 0 is 1.0")]
    [InlineData("INT64", "1e2", "element 0 is 1e2")]
    [InlineData("INT32", "true", "element 0 is true")]
    [InlineData("FP16", "65520", "FP16 takes numbers from -65504 to 65504")]
    [InlineData("BF16", "3.4e38", "BF16")]
    [InlineData("FP32", "3.5e38", "FP32")]
    [InlineData("FP32", "\"NaN\"", "element 0 is \"NaN\"")]
    [InlineData("FP32", "null", "element 0 is null")]
    [InlineData("FP32", "{}", "element 0 is an object")]
    [InlineData("FP64", "-1e309", "FP64")]
    [InlineData("BYTES", "5", "BYTES takes strings")]
    [InlineData("BYTES", "\"\\ud800\"", "not valid UTF-8")]
    public void Element_OutOfRangeOrOfAnotherKind_IsNamed(string type, string element, string part)
    {
        var error = InputFault($$"""{"name":"X","datatype":"{{type}}","shape":[1],"data":[{{element}}]}""");

        Assert.Equal("X", error.InputName);
        Assert.StartsWith("Input 'X': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"X","datatype":"INT32","shape":[3],"data":[1,2]}""", "data has 2 elements; its shape [3] asks for 3")]
    [InlineData("""{"name":"X","datatype":"INT32","shape":[2],"data":[[1],[2,3],4]}""", "data has 4 elements; its shape [2] asks for 2")]
    [InlineData("""{"name":"X","datatype":"INT32","shape":[],"data":[]}""", "data has 0 elements; its shape [] asks for 1")]
    [InlineData("""{"name":"X","datatype":"BYTES","shape":[1],"data":["a","b"]}""", "data has 2 elements")]
    [InlineData("""{"name":"X","datatype":"BYTES","shape":[2],"data":["a"]}""", "data has 1 elements")]
    [InlineData("""{"name":"X","datatype":"INT32","shape":[0],"data":[1]}""", "asks for 0")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1048576,1048576],"data":[1,2,3]}""", "data has 3 elements; its shape [1048576, 1048576] asks for 1099511627776")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[9223372036854775807,2],"data":[1]}""", "more elements than can be counted")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[-1,2],"data":[1]}""", "dimension 0 of its shape is -1")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1.5],"data":[1]}""", "dimension 0 of its shape is 1.5")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":["1"],"data":[1]}""", "dimension 0 of its shape is \"1\"")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":1,"data":[1]}""", "shape is 1; it must be an array")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1],"data":1}""", "data is 1; it must be an array")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1],"data":{"0":1}}""", "data is an object")]
    [InlineData("""{"name":"X","datatype":"FLOAT","shape":[1],"data":[1]}""", "datatype is \"FLOAT\"; JSON carries BOOL, UINT8")]
    [InlineData("""{"name":"X","datatype":"COMPLEX64","shape":[1],"data":[1]}""", "datatype is \"COMPLEX64\"")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1]}""", "has no \"data\"")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1],"data":null}""", "has no \"data\"")]
    [InlineData("""{"name":"X","datatype":"INT8","data":[1]}""", "has no \"shape\"")]
    [InlineData("""{"name":"X","shape":[1],"data":[1]}""", "has no \"datatype\"")]
    [InlineData("""{"name":"X","name":"Y","datatype":"INT8","shape":[1],"data":[1]}""", "has \"name\" twice")]
    [InlineData("""{"name":"X","datatype":"INT8","shape":[1],"data":[1],"data":[1]}""", "has \"data\" twice")]
    public void Input_WithAFault_IsNamedWithWhatCameAndWhatWasExpected(string input, string part)
    {
        var error = InputFault(input);

        Assert.Equal("X", error.InputName);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no body")]
    [InlineData("5", "The body is 5")]
    [InlineData("[]", "The body is an array")]
    [InlineData("{}", "no \"inputs\"")]
    [InlineData("""{"inputs":null}""", "\"inputs\" is null")]
    [InlineData("""{"inputs":{}}""", "\"inputs\" is an object")]
    [InlineData("""{"inputs":[],"inputs":[]}""", "\"inputs\" twice")]
    [InlineData("""{"inputs":[5]}""", "Input 'inputs[0]': it is 5")]
    [InlineData("""{"inputs":[{"datatype":"INT8","shape":[1],"data":[1]}]}""", "Input 'inputs[0]': it has no \"name\"")]
    [InlineData("""{"inputs":[],"outputs":["a"]}""", "outputs[0] is \"a\"")]
    [InlineData("""{"inputs":[],"outputs":[{"nom":"a"}]}""", "outputs[0] has no \"name\"")]
    [InlineData("""{"inputs":[],"id":5}""", "\"id\" is 5")]
    [InlineData("""{"inputs":[],"parameters":[]}""", "\"parameters\" is an array")]
    [InlineData("""{"inputs":[],"parameters":{"timeout":-1}}""", "\"timeout\" is -1")]
    [InlineData("""{"inputs":[],"parameters":{"timeout":"1s"}}""", "\"timeout\" is \"1s\"")]
    [InlineData("""{"inputs":[],"parameters":{"timeout":86400000001}}""", "at most a day")]
    [InlineData("""{"inputs":[],"parameters":{"priority":-1}}""", "\"priority\" is -1")]
    [InlineData("""{"inputs":[],"parameters":{"priority":"high"}}""", "\"priority\" is \"high\"")]
    [InlineData("""{"inputs":[],"parameters":{"priority":1.5}}""", "\"priority\" is 1.5")]
    [InlineData("""{"inputs":[],"parameters":{"priority":18446744073709551616}}""", "\"priority\" is 18446744073709551616")]
    [InlineData("{\n \"inputs\": [NaN]}", "line 2, byte 13")]
    [InlineData("""{"inputs":[]} x""", "not valid JSON at line 1, byte 15")]
    [InlineData("""{"inputs":[]""", "not valid JSON")]
    [InlineData("""{"inputs":[],}""", "not valid JSON")]
    [InlineData("""{"inputs":[{"name":"X","datatype":"FP32","shape":[1],"data":[Infinity]}]}""", "not valid JSON")]
    public void Body_WithAFault_SaysWhere(string json, string part) => Assert.Contains(part, Fault(json).Message, StringComparison.Ordinal);

    [Fact]
    public void Body_WithNullForWhatMayBeLeftOut_IsReadAsWithoutIt()
    {
        var body = Read(
            """
            {"id":null,"inputs":[
            {"name":"X","datatype":"INT8","shape":[1],"data":[7],"parameters":null},
            {"name":"Y","datatype":"INT8","shape":[1],"parameters":{"binary_data_size":null},"data":[8]},
            {"name":"Z","datatype":"INT8","shape":[1],"data":null,"parameters":{"binary_data_size":1}}],
            "outputs":[{"name":"A","parameters":null},{"name":"B","parameters":{"binary_data":null}}],
            "parameters":{"timeout":null,"priority":null,"binary_data_output":null}}
            """);

        Assert.Equal((null, null, 0), (body.Id, body.Timeout, body.Priority));
        Assert.Equal([7, 8], body.Inputs.SelectMany(static input => ((Tensor)input).ToArray<sbyte>()).Select(static element => (int)element));
        Assert.Equal(("Z", 1L), (Assert.Single(body.BinaryInputs).Name, body.BinaryInputs[0].Size));
        Assert.Equal(["A", "B"], body.Outputs.Names);
        Assert.False(body.Outputs.IsBinary("A") || body.Outputs.IsBinary("B"));
    }

    [Fact]
    public void Body_WithNullForOutputsAndParameters_IsReadAsWithoutThem()
    {
        var body = Read("""{"outputs":null,"parameters":null,"inputs":[]}""");

        Assert.Empty(body.Outputs.Names);
        Assert.Null(body.Timeout);
    }

    [Fact]
    public void Body_NestedTooDeeply_IsRefused()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);

        Assert.Contains("depth", InputFault($$"""{"name":"X","datatype":"INT8","shape":[0],"data":{{deep}}}""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Body_NestedAHundredDeep_IsRead()
    {
        var deep = new string('[', 100) + "1" + new string(']', 100);

        Assert.Equal(1, ReadInput($$"""{"name":"X","datatype":"INT8","shape":[1],"data":{{deep}}}""").Length);
    }

    [Fact]
    public void Body_WithAByteOrderMark_IsRead() =>
        Assert.Empty(Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("""{"inputs":[]}""")]).Inputs);

    [Fact]
    public void Text_ThatIsNoUtf8_IsRefused()
    {
        var json = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"X","datatype":"BYTES","shape":[1],"data":["?"]}]}""");
        json[Array.LastIndexOf(json, (byte)'?')] = 0xFF;

        Assert.Contains("not valid UTF-8", Assert.Throws<InvalidInputException>(() => Read(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shape_ThatTheBodyHasNoRoomFor_AllocatesNothing()
    {
        var body = Encoding.UTF8.GetBytes("""{"inputs":[{"name":"X","datatype":"FP64","shape":[1099511627776],"data":[1,2]}]}""");
        Assert.Throws<InvalidInputException>(() => Read(body));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidInputException>(() => Read(body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }

    [Fact]
    public void Tensors_TogetherAboveTheLimit_AreRefusedBeforeTheyAreAllocated()
    {
        var input = $$"""{"name":"X","datatype":"FP64","shape":[100000],"data":[{{string.Join(',', Enumerable.Repeat('0', 100_000))}}]}""";

        Assert.Equal(413, Assert.Throws<BadHttpRequestException>(() => Read($$"""{"inputs":[{{input}},{{input}}]}""")).StatusCode);
    }
}
