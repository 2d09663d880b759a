namespace Orleans.Multiplex.Testing.Processes;

/// <summary>The folder for caches of the processes that this test run starts, gone with it.</summary>
public static class TestCache
{
    private static readonly Lazy<string> Folder = new(Create);

    public static string Path => Folder.Value;

    private static string Create()
    {
        var folder = Directory.CreateTempSubdirectory("multiplex-test-cache-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                folder.Delete(recursive: true);
            }
            catch (IOException)
            {
                // A process that was killed writes its last.
            }
        };
        return folder.FullName;
    }
}
