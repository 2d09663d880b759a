using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging;
using MudBlazor;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Access.Pages;
using Orleans.Multiplex.Dashboard.Watching;

namespace Orleans.Multiplex.Dashboard.Operating;

/// <summary>What who looks at a page may see and do, and the doing: asks once, does it, and says what came of it.</summary>
internal sealed partial class Operations(
    AuthenticationStateProvider viewer, IMultiplexClient client, IDialogService dialogs, ISnackbar messages, ILogger<Operations> logger)
{
    private static readonly DialogOptions Question = new() { CloseOnEscapeKey = true, CloseButton = false, MaxWidth = MaxWidth.Small };

    private readonly ILogger _logger = logger;
    private AccessGrant? _grant;

    /// <summary>What the viewer may do.</summary>
    /// <exception cref="InvalidOperationException">The page was reached past the access filter.</exception>
    public async Task<AccessGrant> GetGrantAsync() => _grant ??= (await viewer.GetAuthenticationStateAsync()).User is GrantPrincipal { Grant: var grant }
        ? grant
        : throw new InvalidOperationException("The page was not reached through the access filter.");

    /// <summary>Loads a model.</summary>
    public Task LoadAsync(string model) => DoAsync(
        model, "Load", $"Load '{model}' now? Others may be evicted for it.", $"'{model}' is loaded.", static (client, model, token) => client.LoadAsync(model, token));

    /// <summary>Unloads a model everywhere.</summary>
    public Task UnloadAsync(string model) => DoAsync(
        model, "Unload", $"Unload '{model}' on all silos? Its requests end first; the next one loads it again.", $"'{model}' is unloaded.", static (client, model, token) => client.UnloadAsync(model, token));

    /// <summary>Pins a model.</summary>
    public Task PinAsync(string model) => DoAsync(
        model, "Pin", $"Pin '{model}'? It is loaded, and never evicted until it is unpinned.", $"'{model}' is pinned.", static (client, model, token) => client.PinAsync(model, token));

    /// <summary>Takes a model's pin back.</summary>
    public Task UnpinAsync(string model) => DoAsync(
        model, "Unpin", $"Unpin '{model}'? It may be evicted then like any other.", $"'{model}' is unpinned.", static (client, model, token) => client.UnpinAsync(model, token));

    /// <summary>Has a silo leave.</summary>
    public async Task DrainAsync(string silo)
    {
        var grant = await GetGrantAsync();
        await DoAsync(
            FindRefusal(grant) ?? grant.FindRefusalOfSilos() ?? grant.Count(), "Drain", $"Drain silo '{silo}'? It hands its models over to the others, finishes its requests, and ends its process.", $"Silo '{silo}' leaves.", token => client.DrainAsync(silo, token));
    }

    private async Task DoAsync(string model, string verb, string question, string done, Func<IMultiplexClient, string, CancellationToken, Task> act)
    {
        var grant = await GetGrantAsync();
        await DoAsync(FindRefusal(grant) ?? grant.FindRefusal(ModelKey.Parse(model)) ?? grant.Count(), verb, question, done, token => act(client, model, token));
    }

    private async Task DoAsync(Refusal? refusal, string verb, string question, string done, Func<CancellationToken, Task> act)
    {
        if (refusal is not null)
        {
            messages.Add(refusal.Message, Severity.Error);
            return;
        }

        if (await dialogs.ShowMessageBoxAsync(verb, question, yesText: verb, cancelText: "Cancel", options: Question) != true)
        {
            return;
        }

        try
        {
            LogDone(verb, question, (await GetGrantAsync()).Name);
            await act(CancellationToken.None);
            messages.Add(done, Severity.Success);
        }
#pragma warning disable CA1031 // Whatever it is, the page goes on and says so.
        catch (Exception error)
#pragma warning restore CA1031
        {
            messages.Add(Faults.Describe(error), Severity.Error);
        }
    }

    private static Refusal? FindRefusal(AccessGrant grant) => grant.Has(Right.Operate)
        ? null
        : new Refusal(RefusalReason.NoRight, $"The key '{grant.Name}' lacks the right '{AccessRule.NameOf(Right.Operate)}'.", grant.Name);

    [LoggerMessage(2201, LogLevel.Information, "{Verb}, asked for on the dashboard by '{Viewer}': {Question}")]
    private partial void LogDone(string verb, string question, string viewer);
}
