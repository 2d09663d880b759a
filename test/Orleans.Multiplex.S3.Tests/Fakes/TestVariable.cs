namespace Orleans.Multiplex.S3.Tests;

/// <summary>A variable of this process's environment, and of those that it starts, as long as the test needs it.</summary>
internal sealed class TestVariable : IDisposable
{
    private readonly string _name;
    private readonly string? _former;

    public TestVariable(string name, string? value)
    {
        _name = name;
        _former = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(_name, _former);
}
