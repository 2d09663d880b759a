namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>What an endpoint has to do with single models.</summary>
internal enum ModelUse
{
    None,
    Names,
    Lists,

    /// <summary>It acts on models whatever they are called.</summary>
    All,
}
