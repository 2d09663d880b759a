using System.IO.Pipelines;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The body of a request, whose pending read ends by <see cref="CancelPendingRead"/> with an <see cref="OperationCanceledException"/> and leaves the body in
/// order. Ended by a token, a read of Kestrel counts as under way for ever: it cannot drain the body then, and logs that as an error of its own.
/// </summary>
/// <param name="body">The body, as the server has it.</param>
internal sealed class EndableReader(PipeReader body) : PipeReader
{
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await body.ReadAsync(cancellationToken);
        return result.IsCanceled ? throw End(result) : result;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!body.TryRead(out result))
        {
            return false;
        }

        return result.IsCanceled ? throw End(result) : true;
    }

    public override void AdvanceTo(SequencePosition consumed) => body.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => body.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    private OperationCanceledException End(ReadResult result)
    {
        body.AdvanceTo(result.Buffer.Start);
        return new OperationCanceledException();
    }
}
