namespace Orleans.Multiplex;

/// <summary>Where a pin comes from.</summary>
public enum PinOrigin
{
    /// <summary>The settings of a silo (<c>Multiplex:Pinned</c>): it holds as long as such a silo lives.</summary>
    Settings,

    /// <summary>An operator: it holds until it is taken back, as long as the cluster lives, and longer where a grain storage keeps it.</summary>
    Operator,

    /// <summary>The <c>model.json</c> of the version (<c>"pin": true</c>): it holds while the version is loaded on that silo, and is not loaded for it.</summary>
    ModelFile,
}
