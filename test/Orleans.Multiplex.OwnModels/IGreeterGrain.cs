namespace Orleans.Multiplex.OwnModels;

/// <summary>Greets.</summary>
public interface IGreeterGrain : IGrainWithStringKey
{
    /// <summary>Greets somebody.</summary>
    Task<Greeting> GreetAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Greets somebody together with somebody else, who is waited for.</summary>
    Task<Greeting> GreetTogetherAsync(string name, CancellationToken cancellationToken = default);
}

/// <summary>Who is to be greeted.</summary>
/// <param name="Name">The name.</param>
public sealed record GreetRequest(string Name);

/// <summary>A greeting.</summary>
/// <param name="Model">The model that made it.</param>
/// <param name="Text">Its text.</param>
/// <param name="Silo">The silo on which the model was.</param>
[GenerateSerializer, Immutable]
public sealed record Greeting([property: Id(0)] string Model, [property: Id(1)] string Text, [property: Id(2)] string Silo);
