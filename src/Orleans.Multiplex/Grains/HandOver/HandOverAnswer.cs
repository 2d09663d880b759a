namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>What a silo says to a model that it is offered.</summary>
internal enum HandOverAnswer
{
    /// <summary>It is resident and ready there.</summary>
    IsReady,

    /// <summary>It would displace what was used more recently, or the silo leaves too.</summary>
    NoRoom,

    /// <summary>It could not be loaded there.</summary>
    Failed,

    /// <summary>It was unloaded there while it was on its way, as operators have all silos do: no other is to load it instead.</summary>
    Unloaded,
}
