namespace Orleans.Multiplex.AspNetCore.OpenApi;

/// <summary>What a route of the application's own takes and gives; their schemas are those of the application's JSON.</summary>
/// <param name="Body">The type of the body.</param>
/// <param name="Answer">The type of the answer.</param>
internal sealed record OwnTypes(Type Body, Type Answer);
