using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>Holds a resident as an activation does.</summary>
internal sealed class FakeHolder(string model, IModelOpener opener) : IVersionHolder
{
    public string Model => model;

    public ModelKey? Key { get; } = ModelKey.Parse(model);

    public IModelOpener Opener => opener;

    /// <summary>What it holds; null when it was told to let go.</summary>
    public Resident? Current { get; private set; }

    /// <summary>Is called with the old and the new one when it has moved over.</summary>
    public Action<Resident, Resident> Moved { get; set; } = (_, _) => { };

    public void Hold(Resident resident)
    {
        Current = resident;
        resident.AddHolder(this);
    }

    public void OnSuperseded(Resident resident, Resident successor)
    {
        Assert(ReferenceEquals(Current, resident));
        Hold(successor);
        Moved(resident, successor);
        resident.RemoveHolder(this);
    }

    public void OnUnloading(Resident resident) => Current = ReferenceEquals(Current, resident) ? null : Current;

    private static void Assert(bool holds) => Xunit.Assert.True(holds, "It moved from one that it did not hold.");
}
