using Microsoft.Extensions.Configuration;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Settings;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

public sealed class MultiplexClusterOptionsValidatorTests
{
    [Fact]
    public void Read_NoSettings_IsAClusterOfItsOwn()
    {
        var (options, faults) = Read();

        Assert.Empty(faults);
        Assert.Equal(("None", "multiplex", 0, 0), (options.Provider, options.ClusterId, options.SiloPort, options.GatewayPort));
        Assert.Equal($"orleans-multiplex-{Environment.UserName}", Path.GetFileName(options.Directory));
    }

    [Fact]
    public void Read_AllSettings_AreTaken()
    {
        var (options, faults) = Read(("Provider", "localhost"), ("ClusterId", "a.B-1_c"), ("SiloPort", "11500"), ("GatewayPort", "30500"), ("Directory", "/d"));

        Assert.Empty(faults);
        Assert.Equal(("localhost", "a.B-1_c", 11500, 30500, "/d"),
            (options.Provider, options.ClusterId, options.SiloPort, options.GatewayPort, options.Directory));
    }

    [Fact]
    public void Read_EveryFault_IsListedAtOnce()
    {
        var (_, faults) = Read(("Provider", "Zookeeper"), ("ClusterId", "../x"), ("SiloPort", "many"), ("GatewayPort", "65536"), ("Directory", " "));

        Assert.Equal(
            [
                "Multiplex:Cluster:SiloPort is 'many'; it must be a whole number of at most 2147483647, for instance 3.",
                "Multiplex:Cluster:Provider is 'Zookeeper'; it must be one of None, Localhost.",
                "Multiplex:Cluster:ClusterId is '../x'; it must be 1 to 64 characters of A-Z a-z 0-9 . _ - and begin with a letter or digit.",
                "Multiplex:Cluster:Directory is empty; it must be a folder which only its owner can write to, or left out.",
                "Multiplex:Cluster:GatewayPort is 65536; it must be a port, 1 to 65535, or 0 for any free one.",
            ],
            faults);
    }

    [Theory]
    [InlineData("SiloPort", "-1")]
    [InlineData("GatewayPort", "1.5")]
    [InlineData("GatewayPort", "")]
    [InlineData("Provider", "")]
    [InlineData("ClusterId", "")]
    [InlineData("ClusterId", ".hidden")]
    [InlineData("ClusterId", "a/b")]
    public void Read_OneBadValue_IsOneFault(string key, string value)
    {
        var (_, faults) = Read((key, value));

        Assert.Contains($"Multiplex:Cluster:{key}", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OnePortForBoth_IsAFault()
    {
        var (_, faults) = Read(("SiloPort", "11500"), ("GatewayPort", "11500"));

        Assert.Contains("SiloPort is 11500; it must be another port than Multiplex:Cluster:GatewayPort", Assert.Single(faults), StringComparison.Ordinal);
    }

    private static (MultiplexClusterOptions Options, IEnumerable<string> Faults) Read(params (string Key, string Value)[] values)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Multiplex:Cluster:{value.Key}", (string?)value.Value)))
            .Build();
        var options = new MultiplexClusterOptions();
        var unreadable = SettingsReader.Read(configuration.GetSection(MultiplexClusterOptionsValidator.Section), options);
        return (options, unreadable.Concat(new MultiplexClusterOptionsValidator().FindFaults(options)));
    }
}
