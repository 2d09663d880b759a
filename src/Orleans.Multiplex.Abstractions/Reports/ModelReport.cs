using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>Where one model is and why, across the cluster.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ModelReport")]
public sealed record ModelReport
{
    /// <summary>The model that was asked about: <c>id</c> or <c>id@version</c>.</summary>
    [Id(0)]
    public required string Model { get; init; }

    /// <summary>Where it is resident or being loaded.</summary>
    [Id(1)]
    public required ImmutableArray<ModelLocation> Locations { get; init; }

    /// <summary>The last decisions on where to place it, newest first.</summary>
    [Id(2)]
    public required ImmutableArray<PlacementReport> Placements { get; init; }

    /// <summary>The failures that are remembered, newest first.</summary>
    [Id(3)]
    public required ImmutableArray<LoadFailureReport> Failures { get; init; }
}

/// <summary>A model on a silo.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="Pool">The pool that holds the model.</param>
/// <param name="Resident">The model there.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelLocation")]
public sealed record ModelLocation(string Silo, string Pool, ResidentModel Resident);

/// <summary>One decision on where to place a model.</summary>
/// <param name="DecidedBy">The silo that decided.</param>
/// <param name="Age">The time since then.</param>
/// <param name="Chosen">The silo chosen.</param>
/// <param name="Candidates">Every silo that could have been chosen, with the reason for or against it.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PlacementReport")]
public sealed record PlacementReport(string DecidedBy, TimeSpan Age, string Chosen, ImmutableArray<CandidateReport> Candidates);

/// <summary>A silo that could have been chosen for a model.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Reason">Why it was chosen, or why not.</param>
[GenerateSerializer, Immutable, Alias("multiplex.CandidateReport")]
public sealed record CandidateReport(string Silo, string Reason);

/// <summary>A load that failed and is remembered.</summary>
/// <param name="Silo">The silo on which it failed.</param>
/// <param name="Error">The kind of error.</param>
/// <param name="Message">Its message.</param>
/// <param name="Attempts">How often in a row the load has failed.</param>
/// <param name="NextTry">The time until a request makes the silo try again; zero when the next one does.</param>
[GenerateSerializer, Immutable, Alias("multiplex.LoadFailureReport")]
public sealed record LoadFailureReport(string Silo, string Error, string Message, int Attempts, TimeSpan NextTry);
