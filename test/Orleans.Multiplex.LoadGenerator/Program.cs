using System.Text.Json;
using Orleans.Multiplex.LoadGenerator;

if (args.Length == 0)
{
    await Console.Error.WriteLineAsync(CommandLine.Usage);
    return 2;
}

Load load;
try
{
    load = await CommandLine.ReadAsync(args);
}
catch (Exception exception) when (exception is FormatException or JsonException or IOException or NotSupportedException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

if (load.FindFault() is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return 2;
}

using var run = new LoadRun(load);
Console.WriteLine(JsonSerializer.Serialize(run.Run(), LoadJson.Options));
return 0;
