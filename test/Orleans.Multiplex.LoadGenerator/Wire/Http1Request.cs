using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>A request of HTTP/1.1.</summary>
internal static class Http1Request
{
    public static PreparedCall Prepare(Call call, string host)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{(call.Body.IsEmpty ? "GET" : "POST")} {call.Path} HTTP/1.1\r\nhost: {host}\r\n");
        foreach (var (name, value) in call.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (!call.Body.IsEmpty)
        {
            head.Append(CultureInfo.InvariantCulture, $"content-length: {call.Body.Length}\r\n");
        }

        return new PreparedCall(call, [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. call.Body.Span], []);
    }
}
