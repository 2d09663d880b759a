using System.Net;
using System.Text;
using Grpc.Core;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("abcde", 4, "abcd…")]
    [InlineData("äöü", 4, "äö…")]
    [InlineData("äöü", 5, "äö…")]
    [InlineData("a😀b", 4, "a…")]
    [InlineData("a😀b", 5, "a😀…")]
    [InlineData("", 0, "")]
    public void Cut_EndsBetweenCharacters(string text, int bytes, string expected) => Assert.Equal(expected, ErrorText.Cut(text, bytes));

    [Fact]
    public async Task Http_NamesAsLongAsTheBody_AreNotRepeatedWhole()
    {
        await using var host = await HttpHost.StartAsync();
        var name = new string('n', 1_000_000);

        var fault = (await host.InferAsync($$"""{"inputs":[{"name":"{{name}}","datatype":"FP32","shape":[1],"data":["x"]}]}""")).IsError(HttpStatusCode.BadRequest, "Input 'nnn", "element 0 is \"x\"");
        var upload = (await host.PostAsync("/v2/repository/models/iris/load", $$"""{"parameters": {"file:{{name}}": 1} }""", ("x-multiplex-control", "1"))).IsError(HttpStatusCode.NotImplemented, "file:nnn");

        Assert.InRange(fault.Bytes.Length, 0, 1000);
        Assert.InRange(upload.Bytes.Length, 0, 1000);
    }

    [Fact]
    public async Task Http_AnyError_IsBounded()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (model, _, _, _) => throw new InvalidInputException(model, "", new string('m', 1_000_000)),
        });

        Assert.InRange((await host.InferAsync("""{"inputs":[]}""")).IsError(HttpStatusCode.BadRequest, "mmm").Bytes.Length, 1000, 20_000);
    }

    [Fact]
    public async Task Rpc_AnyError_FitsInAHeader()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (model, _, _, _) => throw new InvalidInputException(model, "", new string('€', 1_000_000)),
        });
        var name = new string('n', 100_000);

        foreach (var error in new[]
        {
            await host.FailAsync(GrpcHost.Raw("FP32", [1], new byte[4]), StatusCode.InvalidArgument, "€€€"),
            await host.FailAsync(GrpcHost.Raw("FP32", [2], new byte[4], name), StatusCode.InvalidArgument, "Input 'nnn", "its raw contents have 4 bytes"),
            await host.FailAsync(GrpcHost.Raw(name, [1], new byte[4]), StatusCode.InvalidArgument, "Input 'X'", "nnn", "one of BOOL", "in raw contents", "COMPLEX64"),
            await Assert.ThrowsAsync<RpcException>(async () => await host.Inference.RepositoryModelLoadAsync(
                new() { ModelName = "iris", Parameters = { [$"file:{name}"] = new ModelRepositoryParameter() } }, cancellationToken: HttpHost.Cancellation)),
        })
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(error.Status.Detail), 1, ErrorText.MaxRpcBytes + 3);
        }
    }
}
