using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Resources;
using Orleans.Configuration;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Names the instance of the service after the silo in the process. What is no silo has no name of its own.</summary>
internal sealed class SiloResource(IServiceProvider services) : IResourceDetector
{
    public Resource Detect() => services.GetService<IOptions<SiloOptions>>()?.Value.SiloName is { Length: > 0 } silo
        ? new Resource([new("service.instance.id", silo)])
        : Resource.Empty;
}
