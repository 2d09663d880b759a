using Xunit;

namespace Orleans.Multiplex.S3.Tests;

public sealed class S3AddressTests
{
    [Theory]
    [InlineData("s3://bucket", "bucket", "", "s3://bucket")]
    [InlineData("s3://bucket/", "bucket", "", "s3://bucket")]
    [InlineData("S3://my_bucket/a", "my_bucket", "a/", "s3://my_bucket/a")]
    [InlineData("s3://my.bucket/a b/ünï/1/", "my.bucket", "a b/ünï/1/", "s3://my.bucket/a b/ünï/1")]
    public void TryParse_Address_IsBucketAndPrefix(string text, string bucket, string prefix, string shown)
    {
        Assert.True(S3Address.TryParse(text, out var address));
        Assert.Equal((bucket, prefix, shown), (address.Bucket, address.Prefix, address.ToString()));
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3://ab")]
    [InlineData("s3:///prefix")]
    [InlineData("s3://key:secret@bucket/prefix")]
    [InlineData("s3://bucket//a")]
    [InlineData("s3://bucket/a//b")]
    [InlineData("s3://bucket/../a")]
    [InlineData("s3://bucket/a/.")]
    [InlineData("s3://bucket/a\nb")]
    [InlineData("s3://bucket\n")]
    [InlineData("s3://bucket-/a")]
    [InlineData("s4://bucket")]
    [InlineData("bucket")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(S3Address.TryParse(text, out _));
}
