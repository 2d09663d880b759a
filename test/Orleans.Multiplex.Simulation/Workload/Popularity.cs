namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>
/// Which model a request is for. By day one order of popularity holds and by night another, and the one fades into the other as a cosine does;
/// now and then a model that hardly anybody asked for draws a crowd.
/// </summary>
internal sealed class Popularity(Scenario scenario, Random random)
{
    // Coprime to all numbers of models in use, so that each rank is another model.
    private const long DayStep = 7_368_787;
    private const long NightStep = 15_485_863;

    private readonly ZipfRanks _ranks = new(scenario.Models, scenario.Exponent);
    private int _crowded = -1;
    private TimeSpan _crowdSince;

    public int Next(TimeSpan now)
    {
        if (scenario.CrowdShare > 0 && IsCrowded(now) && random.NextDouble() < scenario.CrowdShare)
        {
            return _crowded;
        }

        var rank = _ranks.Next(random);
        var isNight = scenario.Day > TimeSpan.Zero && random.NextDouble() < (1 - Math.Cos(2 * Math.PI * (now / scenario.Day))) / 2;
        return (int)((((rank + 1) * (isNight ? NightStep : DayStep)) + (isNight ? 1 : 0)) % scenario.Models);
    }

    // A crowd stays for a half of the time between two of them.
    private bool IsCrowded(TimeSpan now)
    {
        if (now - _crowdSince >= scenario.CrowdEvery)
        {
            _crowded = random.Next(scenario.Models);
            _crowdSince = now;
        }

        return _crowded >= 0 && now - _crowdSince < scenario.CrowdEvery / 2;
    }
}
