using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Orleans.Multiplex.Hosting.Cluster.Localhost;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

[SuppressMessage("Interoperability", "CA1416", Justification = "Each test is skipped on Windows.")]
public sealed class SharedFolderTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();

    public SharedFolderTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix file modes.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_MissingFolder_IsCreatedForItsOwnerAlone()
    {
        var path = SharedFolder.Open(_folder["a/b"]);

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(path, SharedFolder.Open(path));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void Open_FolderWhichOthersCanWriteTo_IsRefusedWithTheRemedy(UnixFileMode open)
    {
        File.SetUnixFileMode(_folder.Path, OwnerOnly | open);

        var fault = Assert.Throws<InvalidOperationException>(() => SharedFolder.Open(_folder.Path));

        Assert.Contains(_folder.Path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Multiplex:Cluster:Directory", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FolderOfAnotherUser_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give a folder away.");
        Assert.Equal(0, Chown(_folder.Path, 12345, 12345));

        var fault = Assert.Throws<InvalidOperationException>(() => SharedFolder.Open(_folder.Path));

        Assert.Contains("12345", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NameOfAFile_IsRefused()
    {
        File.WriteAllText(_folder["f"], "");

        var fault = Assert.Throws<InvalidOperationException>(() => SharedFolder.Open(_folder["f"]));

        Assert.Contains(_folder["f"], fault.Message, StringComparison.Ordinal);
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated form needs unsafe code in the whole project.")]
    [DllImport("libc", EntryPoint = "chown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);
}
