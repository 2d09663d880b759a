using Orleans.Serialization.Invocation;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// The runtime's own call that tells an activation to cancel one of its calls. Where it does not find that call, since it has ended or
/// has not come yet, it looks for it again for three seconds, inside the activation, which cannot end meanwhile: an evicted model's next
/// callers would wait as long for their new activation. So it is begun, and not waited for.
/// </summary>
internal static class CallCancellation
{
    // Not public, so known by its name; were it ever another, its calls would be waited for as the runtime means them.
    private const string InterfaceName = "Orleans.Runtime.IGrainCallCancellationExtension";

    public static bool Is(IIncomingGrainCallContext context) => context.Request.GetInterfaceType().FullName == InterfaceName;

    public static Task BeginAsync(IIncomingGrainCallContext context)
    {
        context.Invoke().Ignore();
        context.Response = Response.Completed;
        return Task.CompletedTask;
    }
}
