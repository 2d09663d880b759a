using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Execution;

/// <summary>A backend that opens, in the place of some models, what it has made of them.</summary>
internal interface IModelForms
{
    /// <summary>
    /// The form that would be opened of a model now, by a name that is the same for the same content on every machine of the same kind; null where the model itself
    /// would be.
    /// </summary>
    string? FindForm(ModelArtifact artifact);

    /// <summary>
    /// Gives that form up for good, since a silo ended while it was opening it: no silo of this machine opens or makes it again. The model itself is opened from
    /// now on.
    /// </summary>
    void GiveUpForm(ModelArtifact artifact);
}
