namespace Orleans.Multiplex.S3;

/// <summary>What a failed request means. Decided by status and error code: what servers say in words differs, or is missing.</summary>
internal enum FailureKind
{
    /// <summary>There is no such bucket.</summary>
    NoBucket,

    /// <summary>There is no such object, or another one than was asked for.</summary>
    Changed,

    /// <summary>The server refuses, and will refuse again until somebody changes something.</summary>
    Refused,

    /// <summary>The server does not answer, or not now.</summary>
    Unavailable,
}
