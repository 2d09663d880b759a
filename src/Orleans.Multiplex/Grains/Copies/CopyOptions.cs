namespace Orleans.Multiplex.Grains.Copies;

/// <summary>How many silos have a model of the store at once (<c>Multiplex:Copies:{model}</c>). What is left out is as the model's own <c>model.json</c> has it.</summary>
public sealed class CopyOptions
{
    /// <summary>
    /// The fewest copies that a resident model has, on a silo each, as far as there is room that is not used more. A model that has this setting is loaded when the silo starts, without being
    /// asked for; it may be evicted like any other unless it is pinned. Default: null, 1 and not loaded at the start; at least 1.
    /// </summary>
    public int? MinCopies { get; set; }

    /// <summary>The most copies. Default: null, as <c>Multiplex:MaxCopies</c>; at least 1 and at least <see cref="MinCopies"/>.</summary>
    public int? MaxCopies { get; set; }
}
