namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the server says of itself, over HTTP and gRPC alike. A part that adds an extension of the protocol adds its name here.</summary>
internal static class ServerDescription
{
    public const string Name = "orleans-multiplex";

    public static string Version { get; } = typeof(ServerDescription).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The extensions of the protocol that work over both.</summary>
    public static IReadOnlyList<string> Extensions { get; } = ["model_configuration", "model_repository", "schedule_policy", "statistics"];

    /// <summary>The extensions that work over HTTP. Raw contents are no extension of gRPC, but part of it.</summary>
    public static IReadOnlyList<string> HttpExtensions { get; } = ["binary_tensor_data", .. Extensions];
}
