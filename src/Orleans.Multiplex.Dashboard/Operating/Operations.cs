using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Access.Pages;

namespace Orleans.Multiplex.Dashboard.Operating;

/// <summary>What who looks at a page may see and do, and the doing: asks once, does it, and says what came of it.</summary>
internal sealed class Operations(AuthenticationStateProvider viewer, IMultiplexClient client, IDialogService dialogs, ISnackbar messages)
{
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
        var refusal = grant.FindRefusalOfSilos()?.Message ?? FindRefusal(grant);
        await DoAsync(
            refusal, "Drain", $"Drain silo '{silo}'? It hands its models over to the others, finishes its requests, and ends its process.", $"Silo '{silo}' leaves.", token => client.DrainAsync(silo, token));
    }

    private async Task DoAsync(string model, string verb, string question, string done, Func<IMultiplexClient, string, CancellationToken, Task> act)
    {
        var grant = await GetGrantAsync();
        var refusal = FindRefusal(grant) ?? grant.FindRefusal(ModelKey.Parse(model))?.Message;
        await DoAsync(refusal, verb, question, done, token => act(client, model, token));
    }

    private async Task DoAsync(string? refusal, string verb, string question, string done, Func<CancellationToken, Task> act)
    {
        if (refusal is not null)
        {
            messages.Add(refusal, Severity.Error);
            return;
        }

        if (await dialogs.ShowMessageBoxAsync(verb, question, yesText: verb, cancelText: "Cancel") != true)
        {
            return;
        }

        try
        {
            await act(CancellationToken.None);
            messages.Add(done, Severity.Success);
        }
        catch (MultiplexException error)
        {
            messages.Add(error.Message, Severity.Error);
        }
    }

    private static string? FindRefusal(AccessGrant grant) =>
        grant.Has(Right.Operate) ? null : $"The key '{grant.Name}' lacks the right '{AccessRule.NameOf(Right.Operate)}'.";
}
