namespace Orleans.Multiplex;

/// <summary>The element types of tensors: all that ONNX has. Elements lie in memory little-endian and row-major.</summary>
public enum TensorType
{
    /// <summary>One byte, 0 or 1. Protocol name <c>BOOL</c>.</summary>
    Bool = 0,

    /// <summary>Unsigned 8-bit integer. Protocol name <c>UINT8</c>.</summary>
    UInt8 = 1,

    /// <summary>Unsigned 16-bit integer. Protocol name <c>UINT16</c>.</summary>
    UInt16 = 2,

    /// <summary>Unsigned 32-bit integer. Protocol name <c>UINT32</c>.</summary>
    UInt32 = 3,

    /// <summary>Unsigned 64-bit integer. Protocol name <c>UINT64</c>.</summary>
    UInt64 = 4,

    /// <summary>Signed 8-bit integer. Protocol name <c>INT8</c>.</summary>
    Int8 = 5,

    /// <summary>Signed 16-bit integer. Protocol name <c>INT16</c>.</summary>
    Int16 = 6,

    /// <summary>Signed 32-bit integer. Protocol name <c>INT32</c>.</summary>
    Int32 = 7,

    /// <summary>Signed 64-bit integer. Protocol name <c>INT64</c>.</summary>
    Int64 = 8,

    /// <summary>IEEE 754 half precision. Protocol name <c>FP16</c>.</summary>
    Float16 = 9,

    /// <summary>IEEE 754 single precision. Protocol name <c>FP32</c>.</summary>
    Float32 = 10,

    /// <summary>IEEE 754 double precision. Protocol name <c>FP64</c>.</summary>
    Float64 = 11,

    /// <summary>The upper half of a single-precision number. Protocol name <c>BF16</c>.</summary>
    BFloat16 = 12,

    /// <summary>UTF-8 text or any bytes, each element behind its length as a 32-bit number. Protocol name <c>BYTES</c>.</summary>
    String = 13,

    /// <summary>Two single-precision numbers: real, imaginary. Not in the protocol.</summary>
    Complex64 = 14,

    /// <summary>Two double-precision numbers: real, imaginary. Not in the protocol.</summary>
    Complex128 = 15,

    /// <summary>8-bit float, 4 exponent bits, finite and NaN. Not in the protocol.</summary>
    Float8E4M3FN = 16,

    /// <summary>8-bit float, 4 exponent bits, finite, no negative zero. Not in the protocol.</summary>
    Float8E4M3FNUZ = 17,

    /// <summary>8-bit float, 5 exponent bits. Not in the protocol.</summary>
    Float8E5M2 = 18,

    /// <summary>8-bit float, 5 exponent bits, finite, no negative zero. Not in the protocol.</summary>
    Float8E5M2FNUZ = 19,

    /// <summary>Unsigned 4-bit integer, two to a byte, the first in the low half. Not in the protocol.</summary>
    UInt4 = 20,

    /// <summary>Signed 4-bit integer, two to a byte, the first in the low half. Not in the protocol.</summary>
    Int4 = 21,
}
