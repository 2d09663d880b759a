using System.Collections.Immutable;
using Orleans.Multiplex.OnnxRuntime.Files;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class ContentKeyTests
{
    private static readonly ImmutableDictionary<string, string> Model = ImmutableDictionary<string, string>.Empty.Add("model.onnx", "a").Add("weights.bin", "b");

    [Fact]
    public void Of_SettingsComeOrChange_IsTheSameContent()
    {
        Assert.Equal(ContentKey.Of(Model), ContentKey.Of(Model.Add("model.json", "c")));
        Assert.Equal(ContentKey.Of(Model.Add("model.json", "d")), ContentKey.Of(Model.Add("model.json", "c")));
    }

    [Fact]
    public void Of_AnyOtherFileComesOrChanges_IsAnotherContent()
    {
        Assert.NotEqual(ContentKey.Of(Model), ContentKey.Of(Model.Add("other.json", "c")));
        Assert.NotEqual(ContentKey.Of(Model), ContentKey.Of(Model.SetItem("weights.bin", "c")));
    }
}
