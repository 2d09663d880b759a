namespace Orleans.Multiplex.Testing.Processes;

/// <summary>
/// A real S3 server (<c>test/services/s3</c>). Its credentials and its region go into the environment of this process, where Amazon's SDK looks for them, here and
/// in the processes that it starts.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    private const string AddressName = "AWS_ENDPOINT_URL_S3";

    private readonly ServiceScript _script;

    private S3Server(ServiceScript script) => _script = script;

    /// <summary>Where it answers.</summary>
    public Uri Address => new(_script.Values[AddressName]);

    public static string AccessKey => Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID")!;

    /// <summary>Starts one and waits until it answers.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var script = await ServiceScript.StartAsync("s3");
        foreach (var (name, value) in script.Values.Where(static one => one.Key != AddressName))
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        return new S3Server(script);
    }

    /// <summary>Freezes it: connections stay, and nothing moves.</summary>
    public Task PauseAsync() => _script.PauseAsync();

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => _script.ResumeAsync();

    /// <summary>Ends it at once, as a crash would. What it stores stays.</summary>
    public Task KillAsync() => _script.KillAsync();

    /// <summary>Starts it again.</summary>
    public Task RestartAsync() => _script.RestartAsync();

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
