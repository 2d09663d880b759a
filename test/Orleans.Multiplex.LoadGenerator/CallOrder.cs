namespace Orleans.Multiplex.LoadGenerator;

/// <summary>The order in which calls are sent, drawn beforehand.</summary>
internal static class CallOrder
{
    private const int Length = 1 << 16;

    /// <summary>Draws indexes, each as often as its weight says.</summary>
    public static int[] Draw(double[] weights, Random random)
    {
        var sums = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            sums[i] = sum += weights[i];
        }

        var order = new int[Length];
        for (var i = 0; i < Length; i++)
        {
            var found = Array.BinarySearch(sums, random.NextDouble() * sum);
            order[i] = Math.Min(found < 0 ? ~found : found, weights.Length - 1);
        }

        return order;
    }
}
