using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>A request is refused after its endpoint has begun: which model it names was not known before.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "It becomes a response in this assembly; no caller sees it.")]
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal => refusal;
}
