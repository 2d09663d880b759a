using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Multiplex.Hosting;

/// <summary>What Orleans' messages and activations need to know of requests to models.</summary>
internal static class MessagingRegistrations
{
    /// <summary>
    /// How long an enumeration may go without its caller. Half of it is how long a call for the next element waits before it says that there is
    /// none yet, which must stay below the 30 s after which an Orleans client gives a call up.
    /// </summary>
    private static readonly TimeSpan EnumerationTimeout = TimeSpan.FromSeconds(50);

    /// <summary>How much later than ours Orleans' own timeouts are.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    /// <summary>How long the last answers of a silo that stops have to reach their callers, before the others are told that it is gone.</summary>
    private static readonly TimeSpan LastAnswersTime = TimeSpan.FromSeconds(0.2);

    public static IServiceCollection AddMessagingForModels(this IServiceCollection services)
    {
        // A call that finds its model elsewhere is forwarded; in a burst more often than Orleans' default allows, by each silo some times.
        services.Configure<SiloMessagingOptions>(static messaging =>
        {
            messaging.MaxForwardCount = Math.Max(messaging.MaxForwardCount, 64);
            messaging.CancelRequestOnTimeout = true;
        });

        services.AddOptions<SiloMessagingOptions>().PostConfigure<IOptions<MultiplexOptions>>(static (messaging, options) =>
        {
            // Orleans' own timeout comes after ours, which is the one that says what happened.
            messaging.ResponseTimeout = Longer(messaging.ResponseTimeout, options.Value.MaxRequestTimeout + Later);
            messaging.MaxMessageBodySize = (int)Math.Max(messaging.MaxMessageBodySize, options.Value.MaxRequestBytes.Bytes + CallLimits.MessageOverhead);

            // The news of the silo's end can be quicker than its last answers: their callers would hear that a silo is gone in place of what
            // became of their requests.
            messaging.WaitForMessageToBeQueuedForOutboundTime = Longer(messaging.WaitForMessageToBeQueuedForOutboundTime, LastAnswersTime);
        });

        // An activation that moves ends with its requests; one that was given up before would leave its address behind.
        services.AddOptions<GrainCollectionOptions>().PostConfigure<IOptions<MultiplexOptions>>(static (collection, options) =>
            collection.DeactivationTimeout = Longer(collection.DeactivationTimeout, options.Value.MaxRequestTimeout + Later));

        // Orleans reads these for enumerations alone. Their rhythm is not that of the longest request: a caller that has vanished would keep its
        // model for twice as long.
        services.AddSingleton<IOptions<MessagingOptions>>(Options.Create(new SiloMessagingOptions { ResponseTimeout = EnumerationTimeout }));
        return services;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
