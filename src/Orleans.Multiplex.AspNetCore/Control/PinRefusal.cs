using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary>Why a model cannot be pinned, as one caller may know it.</summary>
internal static class PinRefusal
{
    /// <summary>The refusal without the names of models that the caller may not know of; null when it names none of them.</summary>
    public static PinRefusedException? Limit(PinRefusedException refused, AccessGrant grant)
    {
        var known = refused.InTheWay.RemoveAll(pin => !grant.Covers(pin));
        var others = refused.InTheWay.Length - known.Length;
        if (others == 0)
        {
            return null;
        }

        var names = string.Concat(known.Select(static pin => $"'{pin}', "));
        return new PinRefusedException(
            refused.ModelId,
            $"Model '{refused.ModelId}' cannot be pinned: beside the pinned models no silo has room for it. "
                + $"There would have to go: {(known.IsEmpty ? "" : $"{names[..^2]} and ")}{others} {(others == 1 ? "other" : "others")} that your key is not for. Unpin them, raise the quota, or add a silo.",
            known);
    }
}
