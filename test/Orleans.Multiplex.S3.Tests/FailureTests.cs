using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;
using Xunit;

namespace Orleans.Multiplex.S3.Tests;

public sealed class FailureTests
{
    [Theory]
    [InlineData(404, "NoSuchBucket", nameof(FailureKind.NoBucket))]
    [InlineData(404, "NoSuchKey", nameof(FailureKind.Changed))]
    [InlineData(404, "NotFound", nameof(FailureKind.Changed))]
    [InlineData(412, "PreconditionFailed", nameof(FailureKind.Changed))]
    [InlineData(416, "InvalidRange", nameof(FailureKind.Changed))]
    [InlineData(403, "AccessDenied", nameof(FailureKind.Refused))]
    [InlineData(403, "SignatureDoesNotMatch", nameof(FailureKind.Refused))]
    [InlineData(301, "PermanentRedirect", nameof(FailureKind.Refused))]
    [InlineData(400, "InvalidRequest", nameof(FailureKind.Refused))]
    [InlineData(400, "RequestTimeout", nameof(FailureKind.Unavailable))]
    [InlineData(429, "TooManyRequests", nameof(FailureKind.Unavailable))]
    [InlineData(500, "InternalError", nameof(FailureKind.Unavailable))]
    [InlineData(503, "SlowDown", nameof(FailureKind.Unavailable))]
    public void Of_Answer_IsDecidedByStatusAndCode(int status, string code, string kind)
    {
        var failure = Failure.Of(new AmazonS3Exception("secret words", ErrorType.Sender, code, "request", (HttpStatusCode)status));

        Assert.Equal(kind, failure.Kind.ToString());
        Assert.Contains(code, failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<Exception, string> Others => new()
    {
        { new HttpRequestException(HttpRequestError.ConnectionError), "cannot be reached (ConnectionError)" },
        { new HttpIOException(HttpRequestError.ResponseEnded), "broke off (ResponseEnded)" },
        { new IOException("x"), "cannot be reached (IOException)" },
        { new SocketException(1), "cannot be reached (SocketException)" },
        { new TimeoutException("x"), "cannot be reached (TimeoutException)" },
        { new AmazonClientException("no credentials"), "cannot be asked: no usable credentials or region are set for it" },
        { new AmazonUnmarshallingException("id", "a", new FormatException(), HttpStatusCode.OK), "does not answer as an S3 server does" },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public void Of_NoAnswer_SaysWhatHappened(Exception error, string reason) => Assert.Equal(reason, Failure.Of(error).Reason);

    [Fact]
    public void Of_WhatNobodyForesaw_IsRefusedByItsTypeAlone() =>
        Assert.Equal(new Failure(FailureKind.Refused, "cannot be asked (InvalidOperationException)"), Failure.Of(new InvalidOperationException("secret words")));

    [Fact]
    public void Of_CodeThatIsNoWord_IsNotRepeated() => Assert.Equal(
        "refuses (400)", Failure.Of(new AmazonS3Exception("", ErrorType.Sender, "a\nb", "", HttpStatusCode.BadRequest)).Reason);
}
