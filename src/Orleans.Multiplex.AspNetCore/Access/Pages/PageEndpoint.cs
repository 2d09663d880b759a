namespace Orleans.Multiplex.AspNetCore.Access.Pages;

/// <summary>
/// Marks an endpoint as part of pages for people, in its metadata: a key counts there also as what its owner signed in with, and nothing is answered that a page of another site has sent.
/// </summary>
/// <param name="SignIn">The path of the page on which one signs in, to which a browser that comes without a key is sent.</param>
internal sealed record PageEndpoint(string SignIn);
