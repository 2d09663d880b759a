namespace Orleans.Multiplex.Tests;

/// <summary>The silo that a test stands for.</summary>
internal sealed class LocalSilo(SiloAddress address) : ILocalSiloDetails
{
    public string Name => "silo-1";

    public string ClusterId => "test";

    public string DnsHostName => "localhost";

    public SiloAddress SiloAddress => address;

    public SiloAddress GatewayAddress => address;
}
