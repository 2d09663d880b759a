namespace Orleans.Multiplex.BucketModels;

/// <summary>A model that is no ONNX model: pairs of words, one on each line of <c>words.txt</c>, with <c>=</c> between them.</summary>
public sealed class WordList
{
    private readonly Dictionary<string, string> _words;

    private WordList(Dictionary<string, string> words) => _words = words;

    /// <summary>Reads a file.</summary>
    public static async Task<WordList> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        return new WordList(lines.Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]));
    }

    /// <summary>Translates a text, word by word.</summary>
    public string Translate(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Join(' ', text.Split(' ').Select(word => _words.GetValueOrDefault(word, word)));
    }
}
