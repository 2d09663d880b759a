using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Multiplex.S3;
using Orleans.Multiplex.S3.Hosting;
using Orleans.Multiplex.Settings;
using Orleans.Multiplex.Storage;

namespace Orleans.Hosting;

/// <summary>Lets a silo read models from S3.</summary>
public static class S3SiloBuilderExtensions
{
    /// <summary>
    /// Makes <c>Multiplex:Models = s3://bucket/prefix</c> a store of models, with the same layout as a folder. Reads the section
    /// <c>Multiplex:S3</c> of the settings. Where <c>Multiplex:Models</c> is something else, it does nothing.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes what the settings say.</param>
    public static ISiloBuilder AddS3Models(this ISiloBuilder builder, Action<S3Options>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddSettings<S3Options, S3OptionsValidator>(builder.Configuration);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelStoreScheme, S3StoreScheme>());
        return builder;
    }
}
