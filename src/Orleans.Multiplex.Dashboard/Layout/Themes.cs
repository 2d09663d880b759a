using MudBlazor;

namespace Orleans.Multiplex.Dashboard.Layout;

/// <summary>The colours and letters of the pages, light and dark. Text stands out from what is behind it by 4.5 to 1 at least (WCAG 2.2, 1.4.3).</summary>
internal static class Themes
{
    // What the systems of readers have; no font comes from anywhere.
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Liberation Sans", "DejaVu Sans", "Arial", "sans-serif"];

    public static MudTheme Default { get; } = new()
    {
        Typography = new() { Default = new DefaultTypography { FontFamily = Fonts } },
        PaletteLight = new PaletteLight
        {
            Primary = "#1f5fae",
            Secondary = "#8a3a74",
            AppbarBackground = "#16324f",
            AppbarText = "#ffffff",
            Background = "#f5f7fa",
            Success = "#1b6e3c",
            Warning = "#8a5300",
            Error = "#b3261e",
            Info = "#1f5fae",
            TextPrimary = "#1c2530",
            TextSecondary = "#4a5563",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8ab8f0",
            Secondary = "#e2a3cf",
            AppbarBackground = "#101a26",
            AppbarText = "#f2f5f8",
            Background = "#131a22",
            Surface = "#1b242e",
            DrawerBackground = "#1b242e",
            DrawerText = "#eef2f6",
            DrawerIcon = "#b6c0cc",
            Success = "#7fd6a0",
            Warning = "#f2bd6b",
            Error = "#ffb0a8",
            Info = "#8ab8f0",
            PrimaryContrastText = "#0d1826",
            SuccessContrastText = "#0d1826",
            WarningContrastText = "#0d1826",
            ErrorContrastText = "#0d1826",
            InfoContrastText = "#0d1826",
            TextPrimary = "#eef2f6",
            TextSecondary = "#b6c0cc",
        },
    };
}
