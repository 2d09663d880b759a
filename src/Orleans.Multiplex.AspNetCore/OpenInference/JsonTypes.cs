namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>Which element types JSON carries: those of the protocol. FP16 and BF16 are numbers here too, rounded to the nearest.</summary>
internal static class JsonTypes
{
    /// <summary>The names of these types, for errors.</summary>
    public static string Names { get; } = string.Join(", ", Enum.GetValues<TensorType>().Where(IsCarried).Select(type => type.GetProtocolName()));

    /// <summary>The names of all others, which go as binary data, for errors.</summary>
    public static string OtherNames { get; } =
        string.Join(", ", Enum.GetValues<TensorType>().Where(static type => !IsCarried(type)).Select(type => type.GetProtocolName()));

    public static bool IsCarried(TensorType type) => type <= TensorType.String;
}
