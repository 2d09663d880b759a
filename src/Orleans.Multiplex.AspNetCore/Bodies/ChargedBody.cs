using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The body of a gRPC call, charged to the call's account as it arrives: gRPC buffers a whole message before anything else sees it. What
/// is charged stays so until the account is closed, for the message that is made of it; a stream takes each message's part out.
/// </summary>
/// <param name="context">The call.</param>
/// <param name="account">What its bytes are charged to.</param>
/// <param name="time">Fires when the message has to be here; never for a stream.</param>
internal sealed class ChargedBody(HttpContext context, BytesInFlight.Account account, CancellationToken time = default) : PipeReader, IRequestBodyPipeFeature
{
    private const int HeadLength = 5;

    private readonly PipeReader _body = context.Request.BodyReader;
    private ReadOnlySequence<byte> _last;
    private long _consumed;
    private long _taken;
    private long _charged;

    public PipeReader Reader => this;

    /// <summary>Asked when what has arrived does not fit beside what is in flight: waits until there is more room, or says false where there is nothing to wait for.</summary>
    public Func<Task<bool>>? MakeRoom { private get; set; }

    /// <summary>What the message read last is charged, to be given back when the message is answered.</summary>
    public BytesInFlight.Account TakeMessage()
    {
        var message = account.Split(_consumed - _taken);
        _taken = _consumed;
        return message;
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await ReadInTimeAsync(cancellationToken);
        while (Charge(result) is { } refusal)
        {
            if (MakeRoom is null || !await MakeRoom())
            {
                throw refusal;
            }
        }

        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_body.TryRead(out result))
        {
            return false;
        }

        return Charge(result) is { } refusal ? throw refusal : true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _last.Slice(0, consumed).Length;
        _last = default;
        _body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _body.Complete(exception);

    private async ValueTask<ReadResult> ReadInTimeAsync(CancellationToken cancellationToken)
    {
        if (!time.CanBeCanceled)
        {
            return await _body.ReadAsync(cancellationToken);
        }

        if (_body.TryRead(out var result))
        {
            return result;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time);
        try
        {
            return await _body.ReadAsync(end.Token);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(
                StatusCode.DeadlineExceeded, "The message did not arrive within the time of a request (Multiplex:RequestTimeout). Send fewer rows at once."));
        }
    }

    // A message is read as a whole, so what is not consumed begins with the head of one: whether it is compressed, and its length. Of
    // numbers that cannot be, gRPC makes errors of the server.
    private static void CheckHead(ReadOnlySequence<byte> message)
    {
        if (message.Length < HeadLength)
        {
            return;
        }

        Span<byte> head = stackalloc byte[HeadLength];
        message.Slice(0, HeadLength).CopyTo(head);
        if (head[0] > 1)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The body is no message of gRPC."));
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(head[1..]) > int.MaxValue)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "The message is longer than any may be."));
        }
    }

    // The errors become a status here: no interceptor sees those of reading a single message.
    private RpcException? Charge(ReadResult result)
    {
        // What a compressed message takes is not known before it takes it.
        if (context.Request.Headers.GrpcEncoding is [not ("" or "identity"), ..])
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "The message is compressed; send it without compression."));
        }

        _last = result.Buffer;
        if (_consumed == _taken)
        {
            CheckHead(_last);
        }

        var arrived = _consumed + _last.Length;
        if (arrived > _charged)
        {
            try
            {
                account.Charge(arrived - _charged);
            }
            catch (OverloadedException error)
            {
                return RpcErrors.Find(error);
            }

            _charged = arrived;
        }

        return null;
    }
}
