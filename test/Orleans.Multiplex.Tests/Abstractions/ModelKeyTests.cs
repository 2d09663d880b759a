using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

public sealed class ModelKeyTests
{
    [Theory]
    [InlineData("1", "1", null)]
    [InlineData("iris", "iris", null)]
    [InlineData("team-a/iris_v2.onnx:x", "team-a/iris_v2.onnx:x", null)]
    [InlineData("a/1/b", "a/1/b", null)]
    [InlineData("iris@3", "iris", 3L)]
    [InlineData("1@1", "1", 1L)]
    [InlineData("...", "...", null)]
    public void Parse_WellFormedKey_IsReadAndWrittenBackTheSame(string text, string id, long? version)
    {
        var key = ModelKey.Parse(text);

        Assert.Equal((id, version, text), (key.Id, key.Version, key.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    [InlineData("a%2e")]
    [InlineData("a/1")]
    [InlineData("a@")]
    [InlineData("a@0")]
    [InlineData("a@01")]
    [InlineData("a@-1")]
    [InlineData("a@1@2")]
    [InlineData("a@1\0")]
    [InlineData("a@9999999999999999999")]
    public void Parse_AnythingElse_IsInvalidModelId(string? text) =>
        Assert.Throws<InvalidModelIdException>(() => ModelKey.Parse(text!));

    [Fact]
    public void Parse_LongestId_IsAllowedAndOneMoreIsNot()
    {
        Assert.Equal(256, ModelKey.Parse(new string('a', 256)).Id.Length);
        Assert.Throws<InvalidModelIdException>(() => ModelKey.Parse(new string('a', 257)));
    }

    [Fact]
    public void InvalidModelId_TextWithLineBreaks_CannotForgeALogLine()
    {
        var error = Assert.Throws<InvalidModelIdException>(() => ModelKey.Parse("x\r\nLoading model 'y'." + new string('z', 5000)));

        Assert.DoesNotContain('\n', error.Message);
        Assert.InRange(error.Message.Length, 1, 300);
    }
}
