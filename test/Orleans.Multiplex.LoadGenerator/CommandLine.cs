using System.Globalization;
using System.Text.Json;

namespace Orleans.Multiplex.LoadGenerator;

/// <summary>Reads the arguments.</summary>
internal static class CommandLine
{
    public const string Usage = """
        Puts a load on a server of this machine, and writes what came of it as a line of JSON.

          Orleans.Multiplex.LoadGenerator <load.json>
          Orleans.Multiplex.LoadGenerator <url> [body=<file>] [header=<name>:<value>]… [connections=1] [seconds=1] [rate=0] [http2=false]

        Without a rate each connection sends its next request when it has its answer; with one, requests are sent at random instants, so many a second,
        and their latency counts from those.
        """;

    public static async Task<Load> ReadAsync(string[] arguments)
    {
        if (arguments is [var file] && !file.Contains("://", StringComparison.Ordinal))
        {
            await using var stream = File.OpenRead(file);
            return await JsonSerializer.DeserializeAsync<Load>(stream, LoadJson.Options) ?? throw new FormatException($"{file} has no load.");
        }

        var url = new Uri(arguments[0]);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var call = new Call { Path = url.PathAndQuery };
        var load = new Load { Address = url.GetLeftPart(UriPartial.Authority), Calls = [] };
        foreach (var argument in arguments.Skip(1))
        {
            var (name, value) = Split(argument, '=');
            switch (name)
            {
                case "body":
                    call = call with { Body = await File.ReadAllBytesAsync(value) };
                    break;
                case "header":
                    var (header, text) = Split(value, ':');
                    headers.Add(header, text.Trim());
                    break;
                case "connections":
                    load = load with { Connections = int.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "seconds":
                    load = load with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "rate":
                    load = load with { Rate = double.Parse(value, CultureInfo.InvariantCulture) };
                    break;
                case "http2":
                    load = load with { IsHttp2 = bool.Parse(value) };
                    break;
                default:
                    throw new FormatException($"'{argument}' is no argument.");
            }
        }

        return load with { Calls = [call with { Headers = headers }] };
    }

    private static (string Name, string Value) Split(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var place
            ? (text[..place], text[(place + 1)..])
            : throw new FormatException($"'{text}' is no name{at}value.");
}
