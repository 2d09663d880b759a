using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

public sealed class MultiplexAccessOptionsTests
{
    private const string Rights = "one or more of Infer, Read, Operate, with commas between them.";

    private static readonly string Hash = AccessHost.HashOf("a key");

    [Fact]
    public void FindFaults_NoKeys_IsGood() => Assert.Empty(new MultiplexAccessOptionsValidator().FindFaults(new MultiplexAccessOptions()));

    [Fact]
    public void FindFaults_EverythingSetWell_IsGood() => Assert.Empty(Faults(key =>
    {
        key.Hash = Hash.ToUpperInvariant();
        key.Rights = AccessRights.Infer | AccessRights.Read | AccessRights.Operate;
        key.ModelPrefix = "team-a/";
        key.Rate = 0.5;
        key.Burst = 10;
    }));

    public static TheoryData<string, Action<ApiKeyOptions>> SingleFaults => new()
    {
        { "Multiplex:ApiKeys:ci:Hash is not set; it must be sha256: and the SHA-256 of the key in 64 hexadecimal digits.", key => key.Hash = "" },
        { "Multiplex:ApiKeys:ci:Hash is no hash; it must be sha256: and", key => key.Hash = "the key itself" },
        { "Multiplex:ApiKeys:ci:Hash is no hash; it must be sha256: and", key => key.Hash = Hash[..^1] },
        { "Multiplex:ApiKeys:ci:Hash is no hash; it must be sha256: and", key => key.Hash = Hash[..^1] + "g" },
        { "Multiplex:ApiKeys:ci:Hash is no hash; it must be sha256: and", key => key.Hash = Hash["sha256:".Length..] },
        { $"Multiplex:ApiKeys:ci:Rights is not set; it must be {Rights}", key => key.Rights = AccessRights.None },
        { $"Multiplex:ApiKeys:ci:Rights is 9; it must be {Rights}", key => key.Rights = (AccessRights)9 },
        { "Multiplex:ApiKeys:ci:ModelPrefix is ''; it must be what a model id may begin with", key => key.ModelPrefix = "" },
        { "Multiplex:ApiKeys:ci:ModelPrefix is 'team-*'; it must be", key => key.ModelPrefix = "team-*" },
        { "Multiplex:ApiKeys:ci:Rate is 0; it must be a number of requests per second from 0.001 to 1000000.", key => key.Rate = 0 },
        { "Multiplex:ApiKeys:ci:Rate is -1;", key => key.Rate = -1 },
        { "Multiplex:ApiKeys:ci:Rate is NaN;", key => key.Rate = double.NaN },
        { "Multiplex:ApiKeys:ci:Burst is 0; it must be from 1 to 1000000.", key => (key.Rate, key.Burst) = (1, 0) },
        { "Multiplex:ApiKeys:ci:Burst is 5; it must be set together with Rate only.", key => key.Burst = 5 },
    };

    [Theory]
    [MemberData(nameof(SingleFaults), DisableDiscoveryEnumeration = true)]
    public void FindFaults_OneFault_IsNamedWithoutTheHash(string beginning, Action<ApiKeyOptions> spoil)
    {
        var fault = Assert.Single(Faults(spoil));

        Assert.StartsWith(beginning, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("the key itself", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("line\nbreak")]
    public void FindFaults_NameThatTheLogMustNotHave_IsNamed(string name)
    {
        var options = new MultiplexAccessOptions { ApiKeys = { [name] = Good() } };

        Assert.Contains("it must be 1 to 64 of the characters A-Z a-z 0-9 . _ -.", Assert.Single(new MultiplexAccessOptionsValidator().FindFaults(options)), StringComparison.Ordinal);
    }

    [Fact]
    public void FindFaults_TwoNamesForOneKey_AreNamed()
    {
        var other = Good();
        other.Hash = Hash.ToUpperInvariant();
        var options = new MultiplexAccessOptions { ApiKeys = { ["one"] = Good(), ["other"] = other } };

        Assert.Equal(
            "Multiplex:ApiKeys has one Hash for one, other; each key must be another one.", Assert.Single(new MultiplexAccessOptionsValidator().FindFaults(options)));
    }

    [Fact]
    public async Task Settings_WithFaultsInSeveralKeys_StopTheStartWithAllOfThem()
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => HttpHost.StartAsync(settings: static settings =>
        {
            AccessHost.SetKey(settings, "good", "infer, READ", "team-a");
            AccessHost.SetKey(settings, "typo", "infer,wirte");
            AccessHost.SetKey(settings, "odd", "infer");
            settings["Multiplex:ApiKeys:odd:Hash"] = "my secret";
            settings["Multiplex:ApiKeys:odd:Rate"] = "0";
            settings["Multiplex:ApiKeys:odd:Prefix"] = "x";
        }));

        Assert.Equal(
            [
                "Multiplex:ApiKeys:odd:Hash is no hash", "Multiplex:ApiKeys:odd:Prefix is not a setting", "Multiplex:ApiKeys:odd:Rate is 0",
                "Multiplex:ApiKeys:typo:Rights is 'infer,wirte'", "Multiplex:ApiKeys:typo:Rights is not set",
            ],
            error.Faults.Select(fault => fault.Split(';')[0]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("my secret", error.Message, StringComparison.Ordinal);
    }

    private static ApiKeyOptions Good() => new() { Hash = Hash, Rights = AccessRights.Infer };

    private static IEnumerable<string> Faults(Action<ApiKeyOptions> spoil)
    {
        var key = Good();
        spoil(key);
        return new MultiplexAccessOptionsValidator().FindFaults(new MultiplexAccessOptions { ApiKeys = { ["ci"] = key } });
    }
}
