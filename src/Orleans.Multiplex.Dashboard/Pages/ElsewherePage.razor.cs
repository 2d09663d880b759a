using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>Answers paths that are no page's with a page that says so: else the application's own fallback would.</summary>
public sealed partial class ElsewherePage
{
    [Parameter]
    public string? Path { get; set; }

    [CascadingParameter]
    private HttpContext? Context { get; set; }

    protected override void OnInitialized()
    {
        // Not at once: Blazor sends nothing at all when it finds this status before it has written the page.
        if (Context is { Response.HasStarted: false } context)
        {
            context.Response.OnStarting(() =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        }
    }
}
