using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.AspNetCore.Hosting;

/// <summary>Checks the settings of the HTTP endpoints, and lists every fault.</summary>
internal sealed class MultiplexHttpOptionsValidator : IValidateOptions<MultiplexHttpOptions>
{
    private static readonly ByteSize Highest = new(1L << 30);

    public ValidateOptionsResult Validate(string? name, MultiplexHttpOptions options)
    {
        List<string> faults = [];
        if (options.MaxRequestBytes.Bytes <= 0 || options.MaxRequestBytes.Bytes > Highest.Bytes)
        {
            faults.Add($"Multiplex:MaxRequestBytes is {options.MaxRequestBytes}; it must be above zero and at most {Highest}.");
        }

        if (options.MaxBytesInFlight.Bytes / 2 < options.MaxRequestBytes.Bytes)
        {
            faults.Add(
                $"Multiplex:MaxBytesInFlight is {options.MaxBytesInFlight}; it must be at least twice Multiplex:MaxRequestBytes ({options.MaxRequestBytes}), so that the largest request passes alone.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
