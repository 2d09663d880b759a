using Orleans.Multiplex.Settings;
using StackExchange.Redis;

namespace Orleans.Multiplex.Redis;

/// <summary>Checks where the Redis server is said to be. What it was given may hold a password, so no fault repeats it.</summary>
internal sealed class RedisClusterValidator : ISettingsValidator<MultiplexClusterOptions>
{
    private const string Name = $"{MultiplexClusterOptions.SectionName}:{nameof(MultiplexClusterOptions.ConnectionString)}";
    private const string Rule = "where the Redis server is, for instance host:6379,password=…,ssl=true";

    public static string Section => MultiplexClusterOptions.SectionName;

    public IEnumerable<string> FindFaults(MultiplexClusterOptions options)
    {
        if (!options.Is(MultiplexClusterOptions.Redis))
        {
            return [];
        }

        return string.IsNullOrWhiteSpace(options.ConnectionString)
            ? Rules.Require(false, Name, "empty", Rule)
            : Rules.Require(IsAddress(options.ConnectionString), Name, "not what StackExchange.Redis reads", Rule);
    }

    private static bool IsAddress(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text).EndPoints.Count > 0;
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
