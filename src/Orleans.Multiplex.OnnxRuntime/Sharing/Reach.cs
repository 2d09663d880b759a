namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>What came of reaching the host.</summary>
internal enum Reach
{
    /// <summary>Nothing yet: it may have gone, or be on its way in.</summary>
    Silent,

    /// <summary>It is there.</summary>
    Answered,

    /// <summary>Who is there is not this user, or the system does not let it be reached.</summary>
    Refused,
}
