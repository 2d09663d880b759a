using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Multiplex.Hosting;

/// <summary>Fits an Orleans client's messaging to the SDK's settings; its own larger limits stay.</summary>
internal sealed class ClientMessaging(IOptions<MultiplexClientOptions> options) : IPostConfigureOptions<ClientMessagingOptions>
{
    public void PostConfigure(string? name, ClientMessagingOptions messaging)
    {
        messaging.ResponseTimeout = options.Value.AttemptTimeout;

        // The silo would go on working for a caller that has given up.
        messaging.CancelRequestOnTimeout = true;
        var needed = options.Value.MaxRequestBytes.Bytes + CallLimits.MessageOverhead;
        messaging.MaxMessageBodySize = (int)Math.Max(messaging.MaxMessageBodySize, needed);
    }
}
