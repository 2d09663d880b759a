namespace Orleans.Multiplex.Chaos;

/// <summary>What a silo says it has.</summary>
/// <param name="Silo">Its name.</param>
/// <param name="Reserved">The places that it has reserved.</param>
/// <param name="Ready">The models that are ready there.</param>
/// <param name="Models">Their numbers.</param>
internal sealed record SiloAccount(string Silo, int Reserved, int Ready, IReadOnlyList<int> Models);
