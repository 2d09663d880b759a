using Microsoft.Extensions.Options;
using Orleans.Multiplex.Calls;

namespace Orleans.Multiplex.Hosting;

/// <summary>Checks the settings of the client SDK, and lists every fault.</summary>
internal sealed class MultiplexClientOptionsValidator : IValidateOptions<MultiplexClientOptions>
{
    public ValidateOptionsResult Validate(string? name, MultiplexClientOptions options)
    {
        List<string> faults = [];
        if (options.RequestTimeout <= TimeSpan.Zero || options.RequestTimeout > CallLimits.MaxTimeout)
        {
            faults.Add($"{nameof(options.RequestTimeout)} is {options.RequestTimeout}; it must be above zero and at most a day.");
        }

        if (options.AttemptTimeout <= TimeSpan.Zero || options.AttemptTimeout > CallLimits.MaxTimeout)
        {
            faults.Add($"{nameof(options.AttemptTimeout)} is {options.AttemptTimeout}; it must be above zero and at most a day.");
        }

        if (options.MaxRequestBytes.Bytes is <= 0 or > CallLimits.MaxRequestBytes)
        {
            faults.Add($"{nameof(options.MaxRequestBytes)} is {options.MaxRequestBytes}; it must be above zero and at most {new ByteSize(CallLimits.MaxRequestBytes)}.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
