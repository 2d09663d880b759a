using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Multiplex.AspNetCore.Errors;
using Orleans.Multiplex.AspNetCore.Grpc;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The body of a gRPC call, charged to the call's account as it arrives: gRPC buffers a whole message before anything else sees it. When a
/// message is whole, its objects are charged too, before there are any. What is charged stays so until the account is closed, for the
/// message that is made of it; a stream takes each message's part out.
/// </summary>
/// <param name="context">The call.</param>
/// <param name="account">What its bytes are charged to.</param>
/// <param name="type">The type of its messages.</param>
/// <param name="isStream">Whether there may be many, and pauses between them. The time of a message is then counted from its first byte, else from the call's beginning.</param>
internal sealed class ChargedBody(HttpContext context, BytesInFlight.Account account, MessageDescriptor type, bool isStream)
    : PipeReader, IRequestBodyPipeFeature, IDisposable
{
    private readonly PipeReader _body = context.Request.BodyReader;

    // What has been read and not consumed begins with the message that is being read: gRPC consumes whole ones.
    private ReadOnlySequence<byte> _last;
    private bool _isWhole;
    private long _weight;

    private long _consumed;
    private long _weights;
    private long _taken;
    private long _charged;
    private CancellationTokenSource? _time = isStream ? null : ReadingTime.Start(context);

    public PipeReader Reader => this;

    /// <summary>Asked when what has arrived does not fit beside what is in flight: waits until there is more room, or says false where there is nothing to wait for.</summary>
    public Func<Task<bool>>? MakeRoom { private get; set; }

    /// <summary>What the message read last is charged, to be given back when the message is answered.</summary>
    public BytesInFlight.Account TakeMessage()
    {
        var all = _consumed + _weights;
        var message = account.Split(all - _taken);
        _taken = all;
        return message;
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await ReadInTimeAsync(cancellationToken);
        while (Take(result) is { } refusal)
        {
            if (MakeRoom is null || !await MakeRoom())
            {
                throw refusal;
            }

            // Meanwhile nothing was read, which is not the client's fault.
            RestartTime();
        }

        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_body.TryRead(out result))
        {
            return false;
        }

        return Take(result) is { } refusal ? throw refusal : true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var bytes = _last.Slice(0, consumed).Length;
        if (bytes > 0)
        {
            _consumed += bytes;
            _weights += _weight;
            (_weight, _isWhole) = (0, false);
        }

        _last = default;
        _body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _body.Complete(exception);

    public void Dispose() => _time?.Dispose();

    private async ValueTask<ReadResult> ReadInTimeAsync(CancellationToken cancellationToken)
    {
        if (_body.TryRead(out var result))
        {
            return result;
        }

        if (_time is not { } time)
        {
            return await _body.ReadAsync(cancellationToken);
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
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

    // The errors become a status here: no interceptor sees those of reading a single message.
    private RpcException? Take(ReadResult result)
    {
        // What a compressed message takes is not known before it takes it.
        if (context.Request.Headers.GrpcEncoding is [not ("" or "identity"), ..])
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "The message is compressed; send it without compression."));
        }

        _last = result.Buffer;
        CheckHead(_last);
        if (!_isWhole)
        {
            _isWhole = MessageWeight.TryWeigh(_last, type, out _weight);
            if (isStream && (_isWhole ? _time is not null : _time is null && !_last.IsEmpty))
            {
                RestartTime();
            }
        }

        return Charge(_consumed + _last.Length + _weights + _weight);
    }

    // Of numbers that cannot be, gRPC makes errors of the server.
    private static void CheckHead(ReadOnlySequence<byte> message)
    {
        Span<byte> head = stackalloc byte[MessageWeight.HeadLength];
        if (!new SequenceReader<byte>(message).TryCopyTo(head))
        {
            return;
        }

        if (head[0] > 1)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The body is no message of gRPC."));
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(head[1..]) > int.MaxValue)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "The message is longer than any may be."));
        }
    }

    private RpcException? Charge(long due)
    {
        if (due <= _charged)
        {
            return null;
        }

        try
        {
            account.Charge(due - _charged);
        }
        catch (OverloadedException error)
        {
            return RpcErrors.Find(error);
        }

        _charged = due;
        return null;
    }

    // A stream has a time only while a message is on its way.
    private void RestartTime()
    {
        if (isStream)
        {
            _time?.Dispose();
            _time = _isWhole ? null : ReadingTime.Start(context);
        }
    }
}
