using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage;

public sealed class StoreAddressTests
{
    [Theory]
    [InlineData("s3://bucket", "s3")]
    [InlineData("S3://bucket/a", "s3")]
    [InlineData("x-y+1.z://a", "x-y+1.z")]
    [InlineData("/models", null)]
    [InlineData("models", null)]
    [InlineData("C:\\models", null)]
    [InlineData("://a", null)]
    [InlineData("1s://a", null)]
    [InlineData("a b://c", null)]
    public void GetScheme_OfAnAddress_IsWhatStandsBeforeIt(string address, string? scheme) => Assert.Equal(scheme, StoreAddress.GetScheme(address));

    [Fact]
    public void FindFaults_FolderOrNothing_IsGood()
    {
        Assert.Empty(StoreAddress.FindFaults(null, []));
        Assert.Empty(StoreAddress.FindFaults("/models", []));
        Assert.Null(StoreAddress.Find("/models", []));
    }

    [Fact]
    public void FindFaults_SchemeThatNobodyReads_NamesThePackage() => Assert.Equal(
        "Multiplex:Models is 's3://bucket/a', and this silo cannot read s3:// stores: add AddS3Models() of the package Orleans.Multiplex.S3 to the silo.",
        Assert.Single(StoreAddress.FindFaults("s3://bucket/a", [])));

    [Fact]
    public void FindFaults_SchemeThatThereIsNot_NamesThoseThatThereAre() => Assert.Equal(
        "Multiplex:Models is 'ftp://a'; it must be the path of a folder, or an address that begins with fake:// or s3://.",
        Assert.Single(StoreAddress.FindFaults("ftp://a", [new FakeScheme()])));

    [Theory]
    [InlineData("s3://AKIAHIDDEN:hidden@bucket")]
    [InlineData("fake://hidden@bad")]
    [InlineData("fake://host?hidden=bad")]
    [InlineData("ftp://AKIAHIDDEN:hidden")]
    public void FindFaults_AddressThatMayHoldCredentials_DoesNotRepeatIt(string address)
    {
        var fault = Assert.Single(StoreAddress.FindFaults(address, [new FakeScheme()]));

        Assert.StartsWith("Multiplex:Models is an address that is not repeated here, as it may hold credentials", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", fault, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void FindFaults_AddressThatItsKindRefuses_SaysWhatItMustBe() =>
        Assert.Equal("Multiplex:Models is 'fake://bad'; it must be good.", Assert.Single(StoreAddress.FindFaults("fake://bad", [new FakeScheme()])));

    [Fact]
    public void Find_AddressOfItsKind_IsTheKind()
    {
        var scheme = new FakeScheme();

        Assert.Empty(StoreAddress.FindFaults("FAKE://good", [scheme]));
        Assert.Same(scheme, StoreAddress.Find("FAKE://good", [scheme]));
    }

    private sealed class FakeScheme : IModelStoreScheme
    {
        public string Scheme => "fake";

        public string? FindFault(string address) => address.EndsWith("bad", StringComparison.Ordinal) ? "good" : null;

        public IModelStore Create(string address) => throw new NotSupportedException();
    }
}
