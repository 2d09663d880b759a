using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Hosting;

/// <summary>What this silo was built with, told without making any of it.</summary>
internal sealed class SiloParts(SiloRoleHolder role, IServiceProviderIsService services, IOptions<MultiplexOptions> options, IServiceProvider provider)
{
    public bool HoldsModels => role.Role == SiloRole.HoldsModels;

    public bool HasBackend => services.IsService(typeof(IInferenceBackend));

    /// <summary>Whether a store is set, in the settings or by a registration of one's own.</summary>
    public bool HasStore => options.Value.Models is not null || provider.GetService<IModelStore>() is not null;
}
