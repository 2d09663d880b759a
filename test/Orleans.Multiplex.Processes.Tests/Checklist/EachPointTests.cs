using System.Reflection;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>That no point of the checklist is missing, so that the names of its tests are an index of it.</summary>
public sealed class EachPointTests
{
    [Fact]
    public void Points_1To26_HaveATestEach() => Assert.Equal(
        Enumerable.Range(1, 26).Select(point => $"Point{point:00}"),
        typeof(EachPointTests).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(EachPointTests).Namespace)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null && method.Name.StartsWith("Point", StringComparison.Ordinal) && method.DeclaringType != typeof(EachPointTests))
            .Select(method => method.Name[..7])
            .Order(StringComparer.Ordinal));
}
