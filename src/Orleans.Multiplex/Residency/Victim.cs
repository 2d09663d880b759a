namespace Orleans.Multiplex.Residency;

/// <summary>A model that goes.</summary>
/// <param name="Resident">The model.</param>
/// <param name="Shortage">What its going is to end; null for one that goes for another reason.</param>
internal readonly record struct Victim(Resident Resident, Shortage? Shortage);
