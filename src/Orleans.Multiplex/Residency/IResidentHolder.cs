namespace Orleans.Multiplex.Residency;

/// <summary>Someone through whom requests reach a resident: the activation of a grain, or a copy of a model whose activation is elsewhere.</summary>
internal interface IResidentHolder
{
    /// <summary>The model as those who come through it name it: <c>id</c> or <c>id@version</c>.</summary>
    string Model => "";

    /// <summary>Whether the model's own grain is on another silo.</summary>
    bool IsCopy => false;

    /// <summary>The resident's load has ended; a failure is told before a request can start another load. Must not block or throw.</summary>
    void OnLoadEnded(Resident resident, LoadOutcome outcome)
    {
    }

    /// <summary>Another resident, which is ready, takes the place of this one: go on with that. Must not block or throw.</summary>
    void OnSuperseded(Resident resident, Resident successor)
    {
    }

    /// <summary>The resident takes no more requests and is about to be disposed: let go of it. Must not block or throw.</summary>
    void OnUnloading(Resident resident);
}
