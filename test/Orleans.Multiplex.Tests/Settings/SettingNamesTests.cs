using Microsoft.Extensions.Configuration;
using Orleans.Multiplex.Settings;
using Xunit;

namespace Orleans.Multiplex.Tests.Settings;

public sealed class SettingNamesTests
{
    [Theory]
    [InlineData("Multiplex:MaxModelsPerSilo")]
    [InlineData("multiplex:LOAD:timeout")]
    [InlineData("Multiplex:Pools:anything:MaxModelsPerSilo")]
    [InlineData("Other:MaxModelPerSilo")]
    public void FindUnknown_KnownName_FindsNothing(string name) => Assert.Empty(FindUnknown(name));

    [Theory]
    [InlineData("Multiplex:MaxModelPerSilo", "Multiplex:MaxModelPerSilo is not a setting; did you mean Multiplex:MaxModelsPerSilo?")]
    [InlineData("Multiplex:Modles", "Multiplex:Modles is not a setting; did you mean Multiplex:Models?")]
    [InlineData("Multiplex:Timeout", "Multiplex:Timeout is not a setting; did you mean Multiplex:Drain:Timeout?")]
    [InlineData("Multiplex:Cluste:SiloPort", "Multiplex:Cluste is not a setting; did you mean Multiplex:Cluster?")]
    [InlineData("Multiplex:Load:MaxModelsPerSilo", "Multiplex:Load:MaxModelsPerSilo is not a setting; did you mean Multiplex:MaxModelsPerSilo?")]
    [InlineData("Multiplex:Pools:a:MaxModelPerSilo", "Multiplex:Pools:a:MaxModelPerSilo is not a setting; did you mean Multiplex:Pools:a:MaxModelsPerSilo?")]
    [InlineData("Multiplex:Cluster:Prot", "Multiplex:Cluster:Prot is not a setting; there are Address, ClusterId, ConnectionString, Directory, GatewayPort, Provider, SiloPort, Tls.")]
    [InlineData("Multiplex:IdleUnload:Time", "Multiplex:IdleUnload:Time is not a setting; Multiplex:IdleUnload is a value.")]
    [InlineData("Multiplex:Models:Folder", "Multiplex:Models:Folder is not a setting; there are CheckTimeout, Trusted.")]
    public void FindUnknown_UnknownName_SaysWhatWasProbablyMeant(string name, string expected) => Assert.Equal(expected, Assert.Single(FindUnknown(name)));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("Models", "modles", 1)]
    [InlineData("Models", "Model", 1)]
    [InlineData("Port", "Part", 1)]
    [InlineData("abcd", "dcba", 3)]
    public void Distance_OfTwoNames_IsTheSameBothWays(string one, string other, int expected)
    {
        Assert.Equal(expected, Spelling.Distance(one, other));
        Assert.Equal(expected, Spelling.Distance(other, one));
    }

    private static IEnumerable<string> FindUnknown(string name)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(name, (string?)"x")]).Build();
        return new SettingNames(KnownSettings.Names).FindUnknown(configuration.GetSection("Multiplex"));
    }
}
