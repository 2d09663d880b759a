using Orleans.Multiplex.S3.Hosting;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Hosting;

public sealed class S3OptionsValidatorTests
{
    [Fact]
    public void FindFaults_Defaults_AreGood() => Assert.Empty(Faults(static _ => { }));

    [Fact]
    public void FindFaults_EverythingSetWell_IsGood() => Assert.Empty(Faults(static options =>
    {
        options.ServiceUrl = new Uri("https://s3.example:9000");
        options.ForcePathStyle = false;
        options.Region = "eu-central-1";
        options.PartSize = new ByteSize(64 << 10);
        options.MaxParallel = 64;
        options.MaxConnections = 1024;
        options.IdleTimeout = TimeSpan.FromDays(1);
    }));

    public static TheoryData<string, Action<S3Options>> SingleFaults => new()
    {
        { "Multiplex:S3:ServiceUrl is no address of a server; it must be http:// or https:// with a host", static options => options.ServiceUrl = new Uri("127.0.0.1", UriKind.Relative) },
        { "Multiplex:S3:ServiceUrl", static options => options.ServiceUrl = new Uri("ftp://host") },
        { "Multiplex:S3:ServiceUrl", static options => options.ServiceUrl = new Uri("http://host/path") },
        { "Multiplex:S3:ServiceUrl", static options => options.ServiceUrl = new Uri("http://key:secret@host") },
        { "Multiplex:S3:Region is 'EU West'", static options => options.Region = "EU West" },
        { "Multiplex:S3:PartSize", static options => options.PartSize = new ByteSize((64 << 10) - 1) },
        { "Multiplex:S3:PartSize", static options => options.PartSize = new ByteSize((1 << 30) + 1) },
        { "Multiplex:S3:MaxParallel is 0; it must be from 1 to 64.", static options => options.MaxParallel = 0 },
        { "Multiplex:S3:MaxConnections is 1025", static options => options.MaxConnections = 1025 },
        { "Multiplex:S3:IdleTimeout", static options => options.IdleTimeout = TimeSpan.Zero },
    };

    [Theory]
    [MemberData(nameof(SingleFaults), DisableDiscoveryEnumeration = true)]
    public void FindFaults_OneFault_IsNamedWithoutSecrets(string beginning, Action<S3Options> spoil)
    {
        var fault = Assert.Single(Faults(spoil));

        Assert.StartsWith(beginning, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Faults(Action<S3Options> change)
    {
        var options = new S3Options();
        change(options);
        return new S3OptionsValidator().FindFaults(options);
    }
}
