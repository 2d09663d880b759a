using System.Text.Json;

namespace Orleans.Multiplex.LoadGenerator;

/// <summary>How loads and their results are written as JSON.</summary>
public static class LoadJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web);
}
