using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Orleans.Multiplex.Dashboard.Hosting;
using Orleans.Multiplex.Dashboard.Operating;

namespace Orleans.Multiplex.Dashboard.Layout;

public sealed partial class MainLayout
{
    private MudThemeProvider _provider = null!;
    private bool _isDark;
    private bool _isChosen;
    private bool _isOpen = true;
    private bool _isSignedIn;
    private bool _hasOrleans;
    private string _viewer = "";

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    [Inject]
    private Operations Operations { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        var grant = await Operations.GetGrantAsync();
        _viewer = grant.Name;
        _isSignedIn = grant.Until is not null;
        _hasOrleans = !grant.IsLimited && Services.GetService(typeof(OrleansDashboard)) is not null;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            var chosen = await Script.InvokeAsync<string?>("dashboard.getTheme", []);
            _isDark = chosen is null ? await _provider.GetSystemDarkModeAsync() : chosen == "dark";
            if (chosen is null)
            {
                await _provider.WatchSystemDarkModeAsync(OnSystemChangedAsync);
            }

            StateHasChanged();
        }
    }

    private async Task OnSystemChangedAsync(bool isDark)
    {
        if (!_isChosen)
        {
            _isDark = isDark;
            await InvokeAsync(StateHasChanged);
        }
    }

    private async Task ToggleThemeAsync()
    {
        (_isDark, _isChosen) = (!_isDark, true);
        await Script.InvokeVoidAsync("dashboard.setTheme", _isDark ? "dark" : "light");
    }
}
