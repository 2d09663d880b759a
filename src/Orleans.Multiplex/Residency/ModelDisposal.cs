namespace Orleans.Multiplex.Residency;

/// <summary>How a model is released: <see cref="IAsyncDisposable"/> before <see cref="IDisposable"/>, and nothing for neither.</summary>
internal static class ModelDisposal
{
    public static async ValueTask DisposeAsync(object? model)
    {
        switch (model)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync();
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }
}
