namespace Orleans.Multiplex.Tests.Hosting;

/// <summary>A folder of its owner's alone, gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const int MaxTries = 100;

    public string Path { get; } = Directory.CreateTempSubdirectory("multiplex-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        // What ends with a test may write one thing more while it is removed.
        for (var tries = 1; ; tries++)
        {
            try
            {
                Directory.Delete(Path, recursive: true);
                return;
            }
            catch (IOException) when (tries < MaxTries && Directory.Exists(Path))
            {
            }
        }
    }
}
