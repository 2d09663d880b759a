using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Hosting.Cluster;
using Orleans.Multiplex.Redis;
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
                "Multiplex:Cluster:Provider is 'Zookeeper'; it must be one of None, Localhost, Redis.",
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

    [Fact]
    public void Read_RedisWithAnAddress_IsTaken()
    {
        var (options, faults) = Read(("Provider", "Redis"), ("ConnectionString", "host:6379,password=secret"), ("Address", "10.1.2.3"));

        Assert.Empty(faults);
        Assert.Equal(("host:6379,password=secret", "10.1.2.3"), (options.ConnectionString, options.Address));
    }

    [Theory]
    [InlineData("", "Multiplex:Cluster:ConnectionString is empty; it must be where the Redis server is, for instance host:6379,password=…,ssl=true.")]
    [InlineData("password=secret", "Multiplex:Cluster:ConnectionString is not what StackExchange.Redis reads; it must be where the Redis server is, for instance host:6379,password=…,ssl=true.")]
    [InlineData("host:6379,secret=x", "Multiplex:Cluster:ConnectionString is not what StackExchange.Redis reads; it must be where the Redis server is, for instance host:6379,password=…,ssl=true.")]
    public void Read_RedisWithoutAServer_IsAFaultWithoutThePassword(string connection, string fault) =>
        Assert.Equal([fault], Read(("Provider", "Redis"), ("ConnectionString", connection)).Faults);

    [Fact]
    public void Read_RedisThatTheApplicationDoesNotHave_NamesThePackage()
    {
        var (_, faults) = ReadWith(Declared(), isRedisThere: false, ("Provider", "Redis"), ("ConnectionString", "host"));

        Assert.Equal(
            [
                "Multiplex:Cluster:Provider is 'Redis'; it must be another one, unless the application calls AddRedisCluster() of the package Orleans.Multiplex.Redis.",
            ],
            faults);
    }

    [Theory]
    [InlineData("machine")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("10.0.0.1:80")]
    public void Read_AddressThatIsNone_IsAFault(string address) => Assert.Equal(
        [$"Multiplex:Cluster:Address is '{address}'; it must be one IP address of this machine, by which others reach it, or left out."], Read(("Address", address)).Faults);

    [Fact]
    public void Read_OrleansDeclaresTheCluster_ProviderMustBeLeftOut()
    {
        var declared = Declared(("Clustering:ProviderType", "AdoNet"));

        Assert.Empty(ReadWith(declared, isRedisThere: true).Faults);
        Assert.Equal(
            ["Multiplex:Cluster:Provider is 'Localhost'; it must be left out, since Orleans:Clustering:ProviderType is 'AdoNet'."],
            ReadWith(declared, isRedisThere: true, ("Provider", "Localhost")).Faults);
    }

    [Fact]
    public void Read_OrleansDeclaresTheEndpoints_NotForOneMachine() => Assert.Equal(
        [
            "Multiplex:Cluster:Provider is 'Localhost'; it must be another one, or Orleans:Endpoints left out for Multiplex:Cluster:SiloPort and Multiplex:Cluster:GatewayPort.",
        ],
        ReadWith(Declared(("Endpoints:SiloPort", "1")), isRedisThere: true, ("Provider", "Localhost")).Faults);

    [Theory]
    [InlineData("Address", "10.1.2.3")]
    [InlineData("SiloPort", "11500")]
    [InlineData("GatewayPort", "30500")]
    public void Read_EndpointsTwice_IsAFault(string key, string value) => Assert.Equal(
        ["Orleans:Endpoints is set; it must be left out where Multiplex:Cluster:Address, Multiplex:Cluster:SiloPort or Multiplex:Cluster:GatewayPort is set."],
        ReadWith(Declared(("Endpoints:SiloPort", "1")), isRedisThere: true, (key, value)).Faults);

    [Fact]
    public void Read_IdTwice_IsAFault() => Assert.Equal(
        ["Multiplex:Cluster:ClusterId is 'mine'; it must be left out where Orleans:ClusterId is set."],
        ReadWith(Declared(("ClusterId", "theirs")), isRedisThere: true, ("ClusterId", "mine")).Faults);

    [Fact]
    public void Read_ConnectionOfNoProvider_IsAFault() => Assert.Equal(
        ["Multiplex:Cluster:ConnectionString is set; it must be left out unless Multiplex:Cluster:Provider is Redis."],
        Read(("ConnectionString", "host:6379")).Faults);

    private static DeclaredCluster Declared(params (string Key, string Value)[] values) => DeclaredCluster.Read(Configure("Orleans", values));

    private static (MultiplexClusterOptions Options, IEnumerable<string> Faults) Read(params (string Key, string Value)[] values) =>
        ReadWith(Declared(), isRedisThere: true, values);

    private static (MultiplexClusterOptions Options, IEnumerable<string> Faults) ReadWith(
        DeclaredCluster declared, bool isRedisThere, params (string Key, string Value)[] values)
    {
        var options = new MultiplexClusterOptions();
        var unreadable = SettingsReader.Read(Configure("Multiplex:Cluster", values).GetSection(MultiplexClusterOptionsValidator.Section), options);
        var services = new KeyedServices(isRedisThere);
        return (options,
            [.. unreadable, .. new MultiplexClusterOptionsValidator(declared, services).FindFaults(options), .. new RedisClusterValidator().FindFaults(options)]);
    }

    private static IConfiguration Configure(string section, (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"{section}:{value.Key}", (string?)value.Value)))
        .Build();

    private sealed class KeyedServices(bool isThere) : IServiceProviderIsKeyedService
    {
        public bool IsKeyedService(Type serviceType, object? serviceKey) => isThere;

        public bool IsService(Type serviceType) => isThere;
    }
}
