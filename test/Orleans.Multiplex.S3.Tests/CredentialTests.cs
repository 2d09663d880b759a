using System.Reflection;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Xunit;

namespace Orleans.Multiplex.S3.Tests;

/// <summary>Credentials that are not simply there: lent to a role, printed by a program, of single sign-on.</summary>
public sealed class CredentialTests(Bucket bucket) : StoreTest(bucket)
{
    private const string NoCredentials = "cannot be asked: no usable credentials or region are set for it";

    private readonly Bucket _bucket = bucket;

    [Fact]
    public async Task Find_ProgramThatGivesNone_IsUnavailableWithoutWhatItSays()
    {
        var store = await MakeAsync(credentials: new ProcessAWSCredentials("echo hiddensecret >&2; echo hiddensecret; exit 3"));

        await AssertFailsAsync(store, NoCredentials);
    }

    [Fact]
    public async Task Find_ProgramThatGivesNonsense_IsUnavailableWithoutWhatItSays()
    {
        var store = await MakeAsync(credentials: new ProcessAWSCredentials("echo '{\"Version\": \"hiddensecret\"'"));

        await AssertFailsAsync(store, NoCredentials, isWhole: false);
    }

    /// <summary>As in a pod of EKS: the role's credentials are lent for a token in a file. The SDK needs a package of its own for it.</summary>
    [Fact]
    public async Task Find_RoleByWebIdentity_IsUnavailableUntilItsCredentialsAreLent()
    {
        await _bucket.PutAsync(Name, "iris/model.onnx");
        await using var lender = new Lender();
        using var region = new TestVariable("AWS_REGION", "us-east-1");
        using var address = new TestVariable("AWS_ENDPOINT_URL_STS", lender.Address.ToString());
        var token = Path.Combine(MakeFolder(), "token");
        await File.WriteAllTextAsync(token, "hiddentoken", Token);
        var store = await MakeAsync(credentials: new AssumeRoleWithWebIdentityCredentials(token, "arn:aws:iam::123456789012:role/models", "test"));

        await AssertFailsAsync(store, $"{NoCredentials}; the service that lends them answers 403 AccessDenied");

        lender.IsWilling = true;
        Assert.NotNull(await FindAsync(store, "iris"));
    }

    [Fact]
    public async Task Find_SingleSignOnThatWasNotDone_IsUnavailable()
    {
        var profiles = Path.Combine(MakeFolder(), "config");
        await File.WriteAllTextAsync(
            profiles,
            "[profile sso]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = models\n\n[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://hidden.example/start\nsso_registration_scopes = sso:account:access\n",
            Token);
        Assert.True(new CredentialProfileStoreChain(profiles).TryGetAWSCredentials("sso", out var credentials));
        var store = await MakeAsync(credentials: credentials);

        await AssertFailsAsync(store, NoCredentials);
    }

    /// <summary>The SDK loads them by name, and only for those who need them.</summary>
    [Theory]
    [InlineData("AWSSDK.SecurityToken")]
    [InlineData("AWSSDK.SSO")]
    [InlineData("AWSSDK.SSOOIDC")]
    public void Package_ThatGivesCredentials_IsThereAndFits(string name) =>
        Assert.Contains(Assembly.Load(name).GetReferencedAssemblies(), static one => one.Name == "AWSSDK.Core");

    private async Task AssertFailsAsync(S3ModelStore store, string reason, bool isWhole = true)
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => FindAsync(store, "iris"));

        var server = (await _bucket.Server).Address.GetLeftPart(UriPartial.Authority);
        Assert.StartsWith(isWhole ? $"{server} {reason}." : $"{server} cannot be asked", error.Reason, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), error.RetryAfter);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
        Assert.All(Log.Entries, static entry => Assert.DoesNotContain("hidden", entry.Message, StringComparison.Ordinal));
    }
}
