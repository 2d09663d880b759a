using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class JsonAnswerTests
{
    public static TheoryData<ModelValue, string> NotCarried => new()
    {
        { Tensor.Create("Y", [1f, float.NaN]), "Output 'Y' is NaN at element 1" },
        { Tensor.Create("Y", [double.PositiveInfinity]), "Output 'Y' is Infinity at element 0" },
        { Tensor.Create("Y", [Half.NegativeInfinity]), "Output 'Y' is -Infinity" },
        { new Tensor("Y", TensorType.BFloat16, [1], new byte[] { 0xC0, 0x7F }), "Output 'Y' is NaN" },
        { new Tensor("Y", TensorType.Complex64, [1], new byte[8]), "Output 'Y' has elements of type COMPLEX64" },
        { new Tensor("Y", TensorType.Float8E5M2, [1], new byte[1]), "Output 'Y' has elements of type FP8_E5M2" },
        { new Tensor("Y", TensorType.Int4, [2], new byte[1]), "Output 'Y' has elements of type INT4" },
        { new Tensor("Y", TensorType.String, [1], new byte[] { 1, 0, 0, 0, 0xFF }), "Output 'Y' has bytes at element 0 that are no UTF-8" },
        { new ValueSequence("S", [Tensor.Create("", [1f, float.NaN])]), "Output 'S' is NaN at element 1" },
        { new ValueSequence("S", [Tensor.Create("", [1f]), Tensor.Create("", [1f, 2f])]), "Output 'S' is a sequence of tensors" },
    };

    [Theory]
    [MemberData(nameof(NotCarried))]
    public async Task Output_ThatJsonCannotCarry_IsNamedWithTheRemedy(ModelValue output, string part)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = (_, _, _, _) => Task.FromResult(FakeMultiplexClient.Answer([Tensor.Create("fine", [1L]), output])),
        });

        var reply = await host.InferAsync("""{"inputs":[]}""");

        reply.IsError(HttpStatusCode.BadRequest, part, "with \"outputs\"", ".NET SDK");
        Assert.Equal(!part.Contains("is a sequence", StringComparison.Ordinal), reply.Error.Contains("as binary data (\"parameters\": {\"binary_data\": true}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Output_OfEachCarriedType_IsWrittenExactly()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = (_, _, _, _) => Task.FromResult(FakeMultiplexClient.Answer(
            [
                Tensor.Create("b", [true, false]),
                Tensor.Create("i", [long.MinValue, 9007199254740993]),
                Tensor.Create("u", [ulong.MaxValue]),
                Tensor.Create("f", [0.1f, 16777216f, 3.4028235e38f]),
                Tensor.Create("d", [0.1, 5e-324]),
                Tensor.Create("h", [(Half)0.1]),
                Tensor.Create("s", ["<é>", "a\"b\n", ""]),
                Tensor.Create("e", Array.Empty<float>(), 0, 3),
                Tensor.CreateScalar("c", (byte)7),
            ])),
        });

        var text = (await host.InferAsync("""{"inputs":[]}""")).IsOk().Text;

        foreach (var part in new[]
        {
            "\"data\":[true,false]", "\"data\":[-9223372036854775808,9007199254740993]", "\"data\":[18446744073709551615]",
            "\"data\":[0.1,16777216,3.4028235E+38]", "\"data\":[0.1,5E-324]", "\"data\":[0.099975586]", "\"data\":[\"<é>\",\"a\\\"b\\n\",\"\"]",
            "\"shape\":[0,3],\"data\":[]", "\"shape\":[],\"data\":[7]",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }
}
