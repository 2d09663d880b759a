namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>
/// Ranks from 0 on, the rank k with a probability that falls with (k + 1) to the power of the exponent. In constant time and memory for any number of
/// ranks: rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996).
/// </summary>
internal sealed class ZipfRanks
{
    private readonly int _count;
    private readonly double _exponent;
    private readonly double _low;
    private readonly double _high;
    private readonly double _squeeze;

    public ZipfRanks(int count, double exponent)
    {
        _count = count;
        _exponent = exponent;
        _low = Integral(1.5) - 1;
        _high = Integral(count + 0.5);
        _squeeze = 2 - Inverse(Integral(2.5) - Density(2));
    }

    public int Next(Random random)
    {
        while (true)
        {
            var u = _high + (random.NextDouble() * (_low - _high));
            var x = Inverse(u);
            var k = Math.Clamp((int)(x + 0.5), 1, _count);
            if (k - x <= _squeeze || u >= Integral(k + 0.5) - Density(k))
            {
                return k - 1;
            }
        }
    }

    private double Density(double x) => Math.Exp(-_exponent * Math.Log(x));

    // The integral of the density from 1 on, and its inverse; written so that nothing is lost near an exponent of 1.
    private double Integral(double x) => Math.Log(x) * ExpM1OverX((1 - _exponent) * Math.Log(x));

    private double Inverse(double y) => Math.Exp(y * Log1POverX(Math.Max(-1, y * (1 - _exponent))));

    private static double ExpM1OverX(double x) => Math.Abs(x) > 1e-8 ? (Math.Exp(x) - 1) / x : 1 + (x / 2);

    private static double Log1POverX(double x) => Math.Abs(x) > 1e-8 ? Math.Log(1 + x) / x : 1 - (x / 2);
}
