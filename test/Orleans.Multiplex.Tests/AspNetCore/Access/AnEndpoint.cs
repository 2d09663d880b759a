using Google.Protobuf;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>An endpoint that the server has, what its caller needs, and a request to it that it answers well.</summary>
/// <param name="Name">The verb and the pattern, as the server has them.</param>
/// <param name="Right">The right that its caller needs.</param>
/// <param name="Path">Where the request goes.</param>
/// <param name="Models">Whether the request names model <c>team-a/iris</c>, or its answer lists models.</param>
internal sealed record AnEndpoint(string Name, Right Right, string Path, ModelUse Models = ModelUse.None)
{
    /// <summary>The body, where HTTP asks for one.</summary>
    public string? Body { get; init; }

    /// <summary>The header that names the model, where the path does not.</summary>
    public bool NamesModelInHeader { get; init; }

    /// <summary>The message; null for HTTP.</summary>
    public IMessage? Message { get; init; }

    /// <summary>Whether the answer is a stream without an end.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Whether there is nothing, which everybody may learn.</summary>
    public bool IsNothing { get; init; }

    /// <summary>Whether it is mapped by another library, which leaves other verbs of its path alone.</summary>
    public bool IsOfAnother { get; init; }

    public bool IsRpc => Message is not null;

    public HttpMethod Verb => IsNothing ? HttpMethod.Post : new(Name.Split(' ')[0]);

    public string Pattern => Name.Split(' ')[1];
}
