using System.Diagnostics;
using OpenTelemetry;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Takes the texts of errors out of the spans of grain calls, where Orleans puts them: a model's own code may say in them what a request brought. What kind of error it was stays.
/// </summary>
internal sealed class ErrorTexts : BaseProcessor<Activity>
{
    private const string Source = "Microsoft.Orleans";

    public override void OnEnd(Activity data)
    {
        if (data.Status == ActivityStatusCode.Error && data.Source.Name.StartsWith(Source, StringComparison.Ordinal))
        {
            data.SetTag("exception.message", null).SetTag("exception.stacktrace", null).SetStatus(ActivityStatusCode.Error);
        }
    }
}
