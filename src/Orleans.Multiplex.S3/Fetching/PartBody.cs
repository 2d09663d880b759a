using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace Orleans.Multiplex.S3.Fetching;

/// <summary>The answer that brings a part of a file, or what is left of it.</summary>
internal sealed class PartBody : IDisposable
{
    private readonly S3Connection _connection;
    private readonly GetObjectResponse _response;
    private readonly Patience _patience;
    private long _left;

    private PartBody(S3Connection connection, GetObjectResponse response, Patience patience, long length)
    {
        _connection = connection;
        _response = response;
        _patience = patience;
        _left = length;
    }

    /// <summary>Asks for a part. It is the part of the very object that the request names by its tag, or a failure.</summary>
    /// <param name="connection">The server.</param>
    /// <param name="request">Names the object.</param>
    /// <param name="part">The part.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    /// <param name="onSent">Is told of the request, which may go on after it was given up.</param>
    /// <param name="patience">When it is given up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="FailedRequestException">The server has another object, refuses, or does not answer.</exception>
    public static async Task<PartBody> OpenAsync(
        S3Connection connection,
        GetObjectRequest request,
        FilePart part,
        long fileLength,
        Action<Task> onSent,
        Patience patience,
        CancellationToken cancellationToken)
    {
        // An empty file has no range to ask for.
        request.ByteRange = part.Start < part.End ? new ByteRange(part.Start, part.End - 1) : null;
        var response = await connection.SendAsync(Send, patience, cancellationToken);
        if (FindFault(response, request, part, fileLength) is { } fault)
        {
            response.Dispose();
            throw new FailedRequestException(fault, null);
        }

        return new PartBody(connection, response, patience, part.End - part.Start);

        Task<GetObjectResponse> Send(IAmazonS3 client)
        {
            var sent = client.GetObjectAsync(request, CancellationToken.None);
            onSent(sent);
            return sent;
        }
    }

    /// <summary>Reads what has arrived; zero bytes at the end of the part.</summary>
    /// <exception cref="FailedRequestException">The body broke off, or nothing arrived for too long.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return 0;
        }

        var wanted = buffer[..(int)Math.Min(buffer.Length, _left)];
        var read = await _connection.TryAsync(token => _response.ResponseStream.ReadAsync(wanted, token).AsTask(), _patience, cancellationToken);
        _left -= read;
        return read > 0 ? read : throw new FailedRequestException(new Failure(FailureKind.Unavailable, "ended the body too early"), null);
    }

    public void Dispose() => _response.Dispose();

    // A server that knows nothing of conditions or ranges would give a mix of two versions, or the wrong part.
    private static Failure? FindFault(GetObjectResponse response, GetObjectRequest request, FilePart part, long fileLength)
    {
        var length = part.End - part.Start;
        return response.ETag != request.EtagToMatch ? new Failure(FailureKind.Changed, "has another object there")
            : response.ContentLength != length || (length > 0 && response.HttpStatusCode != HttpStatusCode.PartialContent && length != fileLength)
                ? new Failure(FailureKind.Refused, $"sends {response.ContentLength} bytes where {length} were asked for")
            : null;
    }
}
