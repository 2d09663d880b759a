using Orleans.Multiplex.Settings;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Settings;

public sealed class KnownSettingsTests
{
    [Fact]
    public void Names_AreThoseOfAllOptionsClassesOfTheProduct()
    {
        var there = Repository.Libraries
            .SelectMany(library => Repository.Load(library).GetTypes())
            .SelectMany(type => type.GetInterfaces().Select(validated => (Validator: type, Validated: validated)))
            .Where(one => one.Validated.IsGenericType && one.Validated.GetGenericTypeDefinition() == typeof(ISettingsValidator<>))
            .SelectMany(one => SettingNames.Of(
                one.Validated.GetGenericArguments()[0],
                (string)one.Validator.GetProperty(nameof(ISettingsValidator<>.Section))!.GetValue(null)!))
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(there, KnownSettings.Names);
    }
}
