namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>How protobuf writes a value.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}
