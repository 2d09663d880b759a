using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class RepositoryRpcTests
{
    private static CancellationToken Cancellation => HttpHost.Cancellation;

    [Fact]
    public async Task Index_ListsAllPartsWithStates()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnGetIndex = static (after, _, readyOnly) => after is null
                ? new([new("cold", null, null, ""), new("gone", 2, ModelIndexState.Unavailable, readyOnly ? "ready only" : "broken")], "gone")
                : new([new("ready", 3, ModelIndexState.Ready, "")], null),
        });

        var index = await host.Inference.RepositoryIndexAsync(new() { Ready = true }, cancellationToken: Cancellation);

        Assert.Equal(
            [("cold", "", "", ""), ("gone", "2", "UNAVAILABLE", "ready only"), ("ready", "3", "READY", "")],
            index.Models.Select(static model => (model.Name, model.Version, model.State, model.Reason)));
    }

    [Fact]
    public async Task Index_LongerThanAMessage_IsNotReadToItsEnd()
    {
        var entries = Enumerable.Range(0, 1000).Select(static i => new ModelIndexEntry($"model-{i}", 1, ModelIndexState.Ready, "")).ToArray();
        await using var host = await GrpcHost.StartAsync(
            new FakeMultiplexClient { OnGetIndex = (after, _, _) => new([.. entries], after is { Length: 200 } ? null : $"{after}x") },
            static settings => settings["Multiplex:MaxRequestBytes"] = "64KiB");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await host.Inference.RepositoryIndexAsync(new(), cancellationToken: Cancellation));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Contains("over HTTP", error.Status.Detail, StringComparison.Ordinal);
        Assert.InRange(host.Fake.Controls.Count, 2, 8); // 128 KiB by some 20 KiB
    }

    [Fact]
    public async Task LoadAndUnload_AreDone()
    {
        await using var host = await GrpcHost.StartAsync();

        await host.Inference.RepositoryModelLoadAsync(new() { ModelName = "team/iris" }, cancellationToken: Cancellation);
        await host.Inference.RepositoryModelUnloadAsync(
            new() { ModelName = "iris", Parameters = { ["unload_dependents"] = new ModelRepositoryParameter { BoolParam = false } } }, cancellationToken: Cancellation);

        Assert.Equal(["load team/iris", "unload iris"], host.Fake.Controls);
    }

    [Fact]
    public async Task Load_WithFilesOrOfAnotherRepository_IsUnimplemented()
    {
        await using var host = await GrpcHost.StartAsync();
        var upload = new RepositoryModelLoadRequest { ModelName = "iris", Parameters = { ["file:1/model.onnx"] = new ModelRepositoryParameter { StringParam = "x" } } };

        await FailsAsync(async () => await host.Inference.RepositoryModelLoadAsync(upload, cancellationToken: Cancellation));
        await FailsAsync(async () => await host.Inference.RepositoryModelLoadAsync(new() { ModelName = "iris", RepositoryName = "other" }, cancellationToken: Cancellation));
        await FailsAsync(async () => await host.Inference.RepositoryIndexAsync(new() { RepositoryName = "other" }, cancellationToken: Cancellation));

        Assert.Empty(host.Fake.Controls);

        static async Task FailsAsync(Func<Task> call) =>
            Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
    }

    [Fact]
    public async Task Unload_Pinned_IsAFailedPrecondition()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnControl = static (_, model) => throw new ModelPinnedException(model, model, PinOrigin.Operator),
        });

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await host.Inference.RepositoryModelUnloadAsync(new() { ModelName = "iris" }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Contains("Unpin it first", error.Status.Detail, StringComparison.Ordinal);
    }
}
