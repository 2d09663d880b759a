using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Serialization.Invocation;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Keeps the model leased from the first element of an <see cref="IAsyncEnumerable{T}"/> result to its end, and the model's id readable
/// in it. Orleans enumerates through an extension of the grain, which gets the request as an argument and disposes what it enumerates on
/// every way out, also when the caller is gone: so the request is wrapped, and the lease hangs on the enumerator.
/// </summary>
internal static class LeasedEnumerable
{
    private static readonly ConcurrentDictionary<Type, Action<IInvokable, int, GrainCalls, TimeSpan?>?> Wrappers = new();

    /// <summary>Wraps the request of a call that begins an enumeration; leaves all others as they are.</summary>
    /// <param name="call">The call of the extension.</param>
    /// <param name="calls">The calls of the grain.</param>
    /// <param name="left">The time that the whole enumeration brings; null when it brings none.</param>
    public static void TryWrap(IInvokable call, GrainCalls calls, TimeSpan? left)
    {
        if (call.GetInterfaceType() != typeof(IAsyncEnumerableGrainExtension))
        {
            return;
        }

        for (var i = 0; i < call.GetArgumentCount(); i++)
        {
            if (call.GetArgument(i) is { } argument && Wrappers.GetOrAdd(argument.GetType(), MakeWrapper) is { } wrap)
            {
                wrap(call, i, calls, left);
            }
        }
    }

    private static Action<IInvokable, int, GrainCalls, TimeSpan?>? MakeWrapper(Type argument)
    {
        var request = argument.GetInterfaces()
            .FirstOrDefault(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IAsyncEnumerableRequest<>));
        return request is null
            ? null
            : typeof(LeasedEnumerable)
                .GetMethod(nameof(Wrap), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(request.GenericTypeArguments)
                .CreateDelegate<Action<IInvokable, int, GrainCalls, TimeSpan?>>();
    }

#pragma warning disable CA2000 // The call disposes its arguments.
    private static void Wrap<T>(IInvokable call, int argument, GrainCalls calls, TimeSpan? left) =>
        call.SetArgument(argument, new LeasedRequest<T>((IAsyncEnumerableRequest<T>)call.GetArgument(argument)!, calls, left));
#pragma warning restore CA2000
}
