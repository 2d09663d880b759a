using System.Text;
using System.Text.Json;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// The process in which models are tried before a silo opens them: this assembly, started by the silo, which writes jobs to its input and reads
/// answers from its output. It ends when its input does, so it never outlives its silo.
/// </summary>
internal static class WorkerProgram
{
    private static readonly Lock Gate = new();

    private static int Main()
    {
        // 1. Nothing but answers gets to the output, whatever native code prints. When memory is short, this process goes before others.
        using var output = Console.OpenStandardOutput();
        OwnProcess.SendOutputToErrors();
        OwnProcess.BeFirstToGo();

        // 2. What only the first model of a process waits for is over before the silo hears of it.
        NativeEnvironment.StartMeasuring(ErrorLog.Instance);
        var jobs = new WorkerJobs(TimeProvider.System, answer => Write(output, answer));
        jobs.WarmUp();
        Write(output, new WorkerAnswer(0, WorkerStep.Ready));

        // 3. A job a line. They run on other threads, so that the end of the input is seen at once.
        using var input = new StreamReader(Console.OpenStandardInput(), Encoding.UTF8);
        while (input.ReadLine() is { } line)
        {
            jobs.Add(JsonSerializer.Deserialize(line, WorkerJson.Default.WorkerJob)!);
        }

        // Native code may be at work, and nothing of it is waited for.
        OwnProcess.Exit();
        return 0;
    }

    private static void Write(Stream output, WorkerAnswer answer)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(answer, WorkerJson.Default.WorkerAnswer), (byte)'\n'];
        lock (Gate)
        {
            output.Write(line);
            output.Flush();
        }
    }
}
