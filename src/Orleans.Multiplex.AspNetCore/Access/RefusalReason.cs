namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Kinds of refusals.</summary>
internal enum RefusalReason
{
    /// <summary>Keys are configured, and none came.</summary>
    NoKey,

    /// <summary>What came is no key that is configured.</summary>
    WrongKey,

    /// <summary>The key does not have the right that the endpoint needs.</summary>
    NoRight,

    /// <summary>The key is not for this model.</summary>
    OtherModels,

    /// <summary>The key is at its rate.</summary>
    TooMany,

    /// <summary>No keys are configured, and the caller is not on this machine, or cannot be known to be.</summary>
    NotLocal,

    /// <summary>No keys are configured, and a web page might have sent the request.</summary>
    MaybeAWebPage,
}
