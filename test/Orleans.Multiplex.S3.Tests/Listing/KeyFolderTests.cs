using Orleans.Multiplex.S3.Listing;
using Xunit;

namespace Orleans.Multiplex.S3.Tests.Listing;

public sealed class KeyFolderTests
{
    [Fact]
    public void List_DeepestPathThatAKeyCanHave_IsGoneThrough()
    {
        var folder = Make(string.Join('/', Enumerable.Repeat("a", 128)) + "/m", string.Join('/', Enumerable.Repeat("a", 129)) + "/m", string.Join('/', Enumerable.Repeat("a", 500)) + "/m");

        Assert.Equal([255], folder.List("", "m").Select(static model => model.Id.Length));
    }

    [Fact]
    public void Find_Tag_ChangesWithNameAndETagOfEachFile()
    {
        StoredObject[] one = [new("m", 1, "e")];
        var tags = new[]
        {
            one, [new("m", 1, "f")], [.. one, new("n", 1, "e")], [.. one, new("k", 1, "e")],
        }.Select(static files => Make(files).Find(ModelKey.Parse("x"), "m")!.Tag).ToList();

        Assert.Equal(tags.Count, tags.Distinct().Count());
        Assert.Equal(tags[2], Make(new StoredObject("n", 1, "e"), one[0]).Find(ModelKey.Parse("x"), "m")!.Tag);
    }

    [Fact]
    public void FindVersions_NumbersThatAreNoVersions_AreNone() =>
        Assert.Equal([2L], Make("0/m", "01/m", "-1/m", "2/m", "999999999999999999999/m", "٣/m", "1/other").FindVersions("m"));

    private static KeyFolder Make(params string[] paths) => Make([.. paths.Select(static path => new StoredObject(path, 1, "e"))]);

    private static KeyFolder Make(params StoredObject[] objects)
    {
        var folder = new KeyFolder();
        Array.ForEach(objects, folder.Add);
        return folder;
    }
}
