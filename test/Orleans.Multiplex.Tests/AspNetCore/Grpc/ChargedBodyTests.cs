using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Bodies;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class ChargedBodyTests
{
    private readonly BytesInFlight _inFlight = new(Options.Create(new MultiplexHttpOptions { MaxBytesInFlight = new ByteSize(1000) }));
    private readonly Pipe _pipe = new();

    [Fact]
    public async Task Message_Taken_IsGivenBackByItselfAndTheRestWithTheCall()
    {
        using var account = _inFlight.Open("");
        using var body = Body(account);
        await WriteAsync(500, length: 495);
        await WriteAsync(200);
        var arrived = await body.ReadAsync(HttpHost.Cancellation);
        body.AdvanceTo(arrived.Buffer.GetPosition(500));

        using (body.TakeMessage())
        {
            // And the object that is made of the message.
            Assert.InRange(_inFlight.Charged, 700 + 50, 700 + 250);
        }

        Assert.Equal(200, _inFlight.Charged);
        var rest = await body.ReadAsync(HttpHost.Cancellation);
        body.AdvanceTo(rest.Buffer.End);
        Assert.Equal(200, _inFlight.Charged);
        body.TakeMessage().Dispose();
        Assert.Equal(0, _inFlight.Charged);
    }

    [Fact]
    public async Task Read_WhatDoesNotFit_WaitsForRoomWhereThereIsSomethingToWaitFor()
    {
        using var account = _inFlight.Open("");
        var others = _inFlight.Open("");
        others.Charge(600);
        using var body = Body(account);
        var asked = 0;
        body.MakeRoom = async () =>
        {
            await Task.Yield();
            others.Release(100);
            asked++;
            return true;
        };
        await WriteAsync(650);

        var read = await body.ReadAsync(HttpHost.Cancellation);

        Assert.Equal((650, 3), (read.Buffer.Length, asked));
        Assert.Equal(950, _inFlight.Charged);
        others.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_WhatDoesNotFitAndNothingToWaitFor_IsRefused(bool asks)
    {
        using var account = _inFlight.Open("");
        using var body = Body(account);
        body.MakeRoom = asks ? static () => Task.FromResult(false) : null;
        await WriteAsync(1001);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await body.ReadAsync(HttpHost.Cancellation));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(0, _inFlight.Charged);
    }

    private ChargedBody Body(BytesInFlight.Account account)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new PipeFeature(_pipe.Reader));
        var services = new ServiceCollection().AddSingleton(TimeProvider.System).AddSingleton(Options.Create(new MultiplexClientOptions()));
        context.RequestServices = services.BuildServiceProvider();
        return new ChargedBody(context, account, Empty.Descriptor, isStream: true);
    }

    // A message's head, which says a length, and bytes.
    private async Task WriteAsync(int bytes, int length = 5000)
    {
        var frame = new byte[bytes];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        await _pipe.Writer.WriteAsync(frame, HttpHost.Cancellation);
    }

    private sealed record PipeFeature(PipeReader Reader) : IRequestBodyPipeFeature;
}
