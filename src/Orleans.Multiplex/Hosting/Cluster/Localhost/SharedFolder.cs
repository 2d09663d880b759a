using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>The folder in which the processes of one user on one machine meet. What lies in it is believed, so nobody else may write there.</summary>
internal static class SharedFolder
{
    /// <summary>Creates the folder for its owner alone, or checks the one that is there.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="InvalidOperationException">It cannot be used; the message names it, the setting and the remedy.</exception>
    public static string Open(string directory)
    {
        var path = Path.GetFullPath(directory);
        try
        {
            return PrivateFolder.Open(path) is { } reason ? throw Refused(path, reason, null) : path;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, fault.Message, fault);
        }
    }

    private static InvalidOperationException Refused(string path, string reason, Exception? cause) => new(
        $"The folder '{path}' cannot be used to form a cluster on this machine: {reason}. Remove it, or name in {MultiplexClusterOptions.SectionName}:Directory"
        + " a folder of your own which nobody else can write to.",
        cause);
}
