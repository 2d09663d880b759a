using Microsoft.Extensions.Hosting;

namespace Orleans.Multiplex.AspNetCore.Hosting;

/// <summary>
/// The moment from which calls that would last are ended. Not the one at which the application is told to stop: a silo in it hands its models over first, and answers on meanwhile. Hosts tell their services
/// of a stop in the reverse order of their registration, so it comes when those have done with it that were registered later.
/// </summary>
internal sealed class ServerStop : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public CancellationToken Token => _stop.Token;

    public Task StoppingAsync(CancellationToken cancellationToken) => _stop.CancelAsync();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stop.Dispose();
}
