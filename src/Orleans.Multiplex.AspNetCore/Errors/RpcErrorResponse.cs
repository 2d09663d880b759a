using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Errors;

/// <summary>Writes an error as a gRPC response without a message, before gRPC itself has seen the call: the status is in the headers, which are the trailers then.</summary>
internal static class RpcErrorResponse
{
    public static Task WriteAsync(HttpResponse response, RpcException error)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)error.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(error.Status.Detail);
        foreach (var trailer in error.Trailers)
        {
            response.Headers[trailer.Key] = trailer.Value;
        }

        return Task.CompletedTask;
    }
}
