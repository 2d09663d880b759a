using System.Diagnostics;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Tests.Storage.Quarantine;

/// <summary>The end of a silo, as the others of its machine see it: its file of marks as it is, without the lock, which goes with the process.</summary>
internal static class Ended
{
    /// <summary>Leaves a silo's file as if it had ended now, and returns where that is.</summary>
    public static string Leave(CacheFolder folder, OpeningMarks marks)
    {
        // Not by this process, whose own lock keeps it from reading the file.
        var left = folder.Marks(CacheFolder.NewName());
        using var copying = Process.Start("cp", [marks.Path!, left]);
        copying.WaitForExit();
        return left;
    }

    /// <summary>The marks in a silo's file now.</summary>
    public static List<OpeningMark> Read(CacheFolder folder, OpeningMarks marks)
    {
        Leave(folder, marks);
        var taken = new List<OpeningMark>();
        new LeftMarks(folder, marks.Path, new RecordedLog()).Take(found =>
        {
            taken.AddRange(found);
            return true;
        });
        return taken;
    }
}
