namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>How a request went.</summary>
internal enum Outcome
{
    Answered,
    NotThere,
    Unauthenticated,
    Forbidden,
    Odd,
}
