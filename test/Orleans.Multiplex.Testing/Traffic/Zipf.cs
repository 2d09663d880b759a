namespace Orleans.Multiplex.Testing.Traffic;

/// <summary>Draws numbers from 1, each as often as Zipf's law says: the one of rank r with weight 1/r.</summary>
public sealed class Zipf
{
    private readonly double[] _sums;

    public Zipf(int count)
    {
        _sums = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            _sums[i] = sum += 1.0 / (i + 1);
        }
    }

    public int Draw(Random random)
    {
        var found = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
        return Math.Min(found < 0 ? ~found : found, _sums.Length - 1) + 1;
    }
}
