using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Hosting;

/// <summary>What the settings of a silo make of <c>Multiplex:Models</c>.</summary>
public sealed class SiloSettingsTests
{
    [Fact]
    public void Store_AddressInS3_IsTheBucketWithTheServerInItsName()
    {
        using var host = Build(silo => silo.AddMultiplex().AddS3Models(), "s3://bucket/a", ("S3:ServiceUrl", "http://127.0.0.1:9000/"));

        Assert.Equal("s3://bucket/a at http://127.0.0.1:9000", host.Services.GetRequiredService<IModelStore>().Name);
    }

    [Fact]
    public void Store_Folder_IsTheFolder()
    {
        using var host = Build(silo => silo.AddMultiplex().AddS3Models(), "/models");

        Assert.Equal("/models", host.Services.GetRequiredService<IModelStore>().Name);
    }

    [Fact]
    public async Task Start_AddressInS3WithoutThePackage_NamesIt()
    {
        var faults = await FindFaultsAsync(silo => silo.AddMultiplex(), "s3://bucket/a");

        Assert.Contains(
            "Multiplex:Models is 's3://bucket/a', and this silo cannot read s3:// stores: add AddS3Models() of the package Orleans.Multiplex.S3 to the silo.", faults);
    }

    [Fact]
    public async Task Start_WrongAddressAndSettings_ListsAllFaults()
    {
        var faults = await FindFaultsAsync(
            silo => silo.AddMultiplex().AddS3Models(), "s3://bucket/../a", ("S3:ServiceUrl", "localhost:9000"), ("S3:PartSize", "1KiB"), ("S3:Bucket", "b"));

        Assert.Contains(faults, static fault => fault.StartsWith("Multiplex:Models is 's3://bucket/../a'; it must be s3://bucket or", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.StartsWith("Multiplex:S3:ServiceUrl is no address of a server", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.StartsWith("Multiplex:S3:PartSize is", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.StartsWith("Multiplex:S3:Bucket is not a setting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("s3://AKIAHIDDEN:hidden@bucket/a", true)]
    [InlineData("s3://AKIAHIDDEN:hidden@bucket/a", false)]
    [InlineData("s3://bucket?secret=hidden", true)]
    [InlineData("ftp://user:hidden@host/a", false)]
    public async Task Start_AddressThatMayHoldCredentials_IsNotRepeated(string models, bool hasS3)
    {
        var faults = await FindFaultsAsync(silo => _ = hasS3 ? silo.AddMultiplex().AddS3Models() : silo.AddMultiplex(), models);

        Assert.StartsWith(
            "Multiplex:Models is an address that is not repeated here, as it may hold credentials", Assert.Single(faults), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", faults[0], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Start_GatewayWithoutModels_MayShareTheSettingsOfSilosThatHaveThem()
    {
        var faults = await FindFaultsAsync(silo => silo.AddMultiplexRouting(), "s3://bucket/a", ("MaxModelsPerSilo", "0"));

        Assert.StartsWith("Multiplex:MaxModelsPerSilo", Assert.Single(faults), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> FindFaultsAsync(Action<ISiloBuilder> configure, string models, params (string Name, string Value)[] settings)
    {
        using var host = Build(configure, models, settings);
        return (await Assert.ThrowsAsync<WrongSettingsException>(() => host.StartAsync(TestContext.Current.CancellationToken))).Faults;
    }

    private static IHost Build(Action<ISiloBuilder> configure, string models, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            settings.Append(("Models", models)).Select(static one => KeyValuePair.Create($"Multiplex:{one.Item1}", (string?)one.Item2)));
        builder.UseOrleans(silo => configure(silo.UseMultiplexCluster()));
        return builder.Build();
    }
}
