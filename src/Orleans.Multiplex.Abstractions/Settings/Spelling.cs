namespace Orleans.Multiplex.Settings;

/// <summary>How near two names are.</summary>
internal static class Spelling
{
    /// <summary>How many letters have to be put in, left out, changed or swapped with the next one; case does not count.</summary>
    public static int Distance(string one, string other)
    {
        var (a, b) = (one.ToUpperInvariant(), other.ToUpperInvariant());
        var distances = new int[a.Length + 1][];
        for (var i = 0; i <= a.Length; i++)
        {
            distances[i] = new int[b.Length + 1];
            for (var j = 0; j <= b.Length; j++)
            {
                distances[i][j] = (i, j) switch
                {
                    (0, _) or (_, 0) => i + j,
                    _ => Math.Min(
                        Math.Min(distances[i - 1][j], distances[i][j - 1]) + 1,
                        distances[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    distances[i][j] = Math.Min(distances[i][j], distances[i - 2][j - 2] + 1);
            }
        }

        return distances[a.Length][b.Length];
    }
}
