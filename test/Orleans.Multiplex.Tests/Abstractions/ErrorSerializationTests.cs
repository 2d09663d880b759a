using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

/// <summary>Each error arrives at another silo as it left, with all its data.</summary>
public sealed class ErrorSerializationTests
{
    [Theory]
    [InlineData("iris", "The request to model 'iris' did not end before its deadline; the time passed waiting.")]
    [InlineData("", "The request did not end before its deadline; the time passed waiting.")]
    public void Timeout_OfACall_NamesTheModelThatItWasAbout(string model, string message) =>
        Assert.StartsWith(message, new InferenceTimeoutException(model, "waiting").Message, StringComparison.Ordinal);

    // The settings stop a start: their error never leaves its process.
    public static TheoryData<Type> Errors =>
    [
        .. typeof(MultiplexException).Assembly.GetExportedTypes()
            .Where(type => type.IsAssignableTo(typeof(Exception)) && !type.IsAbstract && type != typeof(WrongSettingsException)),
    ];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Serializer_PublicError_KeepsItsTypeAndAllItsData(Type error)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var sent = Create(error!);

        var received = serializer.Deserialize<Exception>(serializer.SerializeToArray(sent));

        Assert.IsType(error!, received);
        var data = Data(error!).ToList();
        Assert.True(data.Count >= 3);
        Assert.All(data, property => Assert.Equal(property.GetValue(sent), property.GetValue(received)));
    }

    [Fact]
    public void Errors_OfTheAbstractions_AreOneFamily()
    {
        Assert.True(Errors.Count >= 10);
        Assert.All(Errors, error => Assert.True(error.Data.IsSubclassOf(typeof(MultiplexException)), $"{error.Data} is not a {nameof(MultiplexException)}."));
    }

    private static IEnumerable<PropertyInfo> Data(Type error) => error.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.DeclaringType != typeof(Exception) || property.Name == nameof(Exception.Message));

    private static Exception Create(Type error)
    {
        var constructor = error.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)!;
        return (Exception)constructor.Invoke([.. constructor.GetParameters().Select(Value)]);
    }

    // Unlike any default, and unlike each other, so that a lost or swapped member shows.
    private static object Value(ParameterInfo parameter) => (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType) switch
    {
        var type when type == typeof(string) => $"the-{parameter.Name}",
        var type when type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
        var type when type == typeof(ImmutableArray<string>) => ImmutableArray.Create("one", "two"),
        var type when type == typeof(PinOrigin) => PinOrigin.Operator,
        var type when type == typeof(int) => 41,
        var type when type == typeof(long) => 42L,
        var type => throw new NotSupportedException($"Give a value for a parameter of type {type}."),
    };
}
