using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Hosting;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>
/// Ends calls while the server stops. A call whose client has not ended its own side, as a stream's has not, is ended in two steps: the
/// answer, then the client, who ends its side when it has read that. Else Kestrel, which does not look again by itself, may hold the
/// connection, and so the stop, for as long as it has patience: half a minute.
/// </summary>
internal sealed class StoppingCalls(TimeProvider time, ServerStop stop)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Ends a call that has been answered.</summary>
    /// <param name="context">The call.</param>
    /// <param name="body">Its body, as the server has it.</param>
    public async Task EndAsync(HttpContext context, PipeReader body)
    {
        if (!stop.Token.IsCancellationRequested)
        {
            return;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            await context.Response.CompleteAsync();
            for (var isOver = false; !isOver;)
            {
                var read = await body.ReadAsync(end.Token);
                body.AdvanceTo(read.Buffer.End);
                isOver = read.IsCompleted;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client has gone or says nothing, or the body cannot be read any more.
        }
    }
}
