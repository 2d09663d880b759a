namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>What a route to a grain of an application might take.</summary>
public sealed record AddRequest(int Number);

/// <summary>What it might give.</summary>
public sealed record AddResponse(int Result);
