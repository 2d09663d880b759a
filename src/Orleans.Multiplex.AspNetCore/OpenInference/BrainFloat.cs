namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>A number of BF16: the upper half of a single-precision number.</summary>
/// <param name="Bits">These sixteen bits.</param>
internal readonly record struct BrainFloat(ushort Bits)
{
    /// <summary>Whether it is neither infinite nor NaN.</summary>
    public bool IsFinite => (Bits & 0x7F80) != 0x7F80;

    /// <summary>The same number, exactly.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);

    /// <summary>The nearest number, the even one of two as near; infinite when it is out of range.</summary>
    public static BrainFloat Round(double number)
    {
        // Rounding twice to the nearest may end beside it. So the first step, to single precision, goes toward zero and keeps in
        // the last bit whether anything was lost ("round to odd"); the second then sees on which side of the middle the number lay.
        var single = (float)number;
        var bits = BitConverter.SingleToUInt32Bits(single);
        if (single != number)
        {
            bits = (Math.Abs((double)single) > Math.Abs(number) ? bits - 1 : bits) | 1;
        }

        return new BrainFloat((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }
}
