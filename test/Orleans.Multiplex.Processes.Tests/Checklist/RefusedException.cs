namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>The gateway answered with an error, in the form of its protocol.</summary>
internal sealed class RefusedException(Refusal refusal, string message) : Exception($"{refusal}: {message}")
{
    public Refusal Refusal { get; } = refusal;
}
