using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Xunit;

namespace Orleans.Multiplex.Tests.Abstractions;

/// <summary>An error of a model's own code is told from Orleans' wherever it arrives.</summary>
public sealed class OwnErrorsTests
{
    public static TheoryData<Exception> Ambiguous => [new TimeoutException("late"), new OrleansException("odd")];

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public void Mark_ErrorThatOrleansThrowsToo_ArrivesWithIt(Exception error)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        Exception Send() => serializer.Deserialize<Exception>(serializer.SerializeToArray(error))!;
        var unmarked = Send();

        OwnErrors.Mark(error!);
        OwnErrors.Mark(error!);

        Assert.False(OwnErrors.IsMarked(unmarked));
        Assert.True(OwnErrors.IsMarked(error!));
        Assert.True(OwnErrors.IsMarked(Send()));
        Assert.Equal(error!.GetType(), Send().GetType());
        Assert.True(OwnErrors.IsMarked(services.GetRequiredService<DeepCopier>().Copy(error)));
    }

    [Fact]
    public void Mark_ErrorThatCannotBeTakenForOrleans_IsLeftAlone()
    {
        var error = new InvalidOperationException("a bug");

        OwnErrors.Mark(error);

        Assert.Empty(error.Data);
    }

    [Fact]
    public void Mark_LossOfASilo_IsLeftAloneSinceANewTryHelps()
    {
        var error = new SiloUnavailableException("gone");

        OwnErrors.Mark(error);

        Assert.Empty(error.Data);
    }
}
