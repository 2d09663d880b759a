using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Orleans.Multiplex.Tests.Client;

/// <summary>
/// Grains and a grain factory made at run time. Classes that implement a grain interface would be taken for grains by the code
/// generator, and be activated in the cluster tests of this assembly.
/// </summary>
internal static class FakeGrains
{
    /// <summary>A factory that answers every request for a grain by its interface and key.</summary>
    public static IGrainFactory Factory(Func<Type, object, object> grain) =>
        Make<IGrainFactory>((method, arguments) => grain(method.GetGenericArguments()[0], arguments[0]!));

    /// <summary>A grain that answers every call by the method's name and arguments.</summary>
    public static T Grain<T>(Func<string, object?[], object> answer)
        where T : class => Make<T>((method, arguments) => answer(method.Name, arguments));

    /// <summary>What Orleans throws when a silo refuses a message; only Orleans itself can make one.</summary>
    public static Exception Rejection(string message) => (Exception)Activator.CreateInstance(
        typeof(Runtime.OrleansMessageRejectionException), BindingFlags.Instance | BindingFlags.NonPublic, null, [message], null)!;

    /// <summary>An object of Orleans whose type is its own.</summary>
    /// <param name="type">The full name of the type, and its assembly.</param>
    /// <param name="answer">What it answers, by the method and its arguments.</param>
    public static object Internal(string type, Func<MethodInfo, object?[], object> answer)
    {
        var fake = DispatchProxy.Create(Type.GetType(type, throwOnError: true)!, typeof(FakeProxy));
        ((FakeProxy)fake).Answer = answer;
        return fake;
    }

    private static T Make<T>(Func<MethodInfo, object?[], object> answer)
        where T : class
    {
        var fake = DispatchProxy.Create<T, FakeProxy>();
        ((FakeProxy)(object)fake).Answer = answer;
        return fake;
    }

    [SuppressMessage("Performance", "CA1812:Avoid uninstantiated internal classes", Justification = "DispatchProxy derives from it and makes it.")]
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "DispatchProxy derives from it.")]
    public class FakeProxy : DispatchProxy
    {
        internal Func<MethodInfo, object?[], object> Answer { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Answer(targetMethod!, args!);
    }
}
