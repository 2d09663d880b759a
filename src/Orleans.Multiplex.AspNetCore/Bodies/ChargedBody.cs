using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The body of a gRPC call, charged to the call's account as it arrives: gRPC buffers a whole message before anything else sees it. What
/// is charged stays so until the account is closed, for the message that is made of it.
/// </summary>
internal sealed class ChargedBody(HttpContext context, BytesInFlight.Account account) : PipeReader, IRequestBodyPipeFeature
{
    private readonly PipeReader _body = context.Request.BodyReader;
    private ReadOnlySequence<byte> _last;
    private long _consumed;
    private long _charged;

    public PipeReader Reader => this;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Charge(await _body.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!_body.TryRead(out result))
        {
            return false;
        }

        Charge(result);
        return true;
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

    // The errors become a status here: no interceptor sees those of reading.
    private ReadResult Charge(ReadResult result)
    {
        // What a compressed message takes is not known before it takes it.
        if (context.Request.Headers.GrpcEncoding is [not ("" or "identity"), ..])
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "The message is compressed; send it without compression."));
        }

        _last = result.Buffer;
        var arrived = _consumed + _last.Length;
        if (arrived > _charged)
        {
            try
            {
                account.Charge(arrived - _charged);
            }
            catch (OverloadedException error)
            {
                throw RpcErrors.Find(error)!;
            }

            _charged = arrived;
        }

        return result;
    }
}
