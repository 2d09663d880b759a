using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Reads bodies without a server.</summary>
internal static class ReaderHarness
{
    public const long Limit = 1 << 20;

    public static InferBody Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    public static InferBody Read(byte[] json)
    {
        var inFlight = new BytesInFlight(Options.Create(new MultiplexHttpOptions()));
        using var account = inFlight.Open("iris");
        return InferRequestReader.Read(json, new ReadScope("iris", json.Length, Limit, account));
    }

    /// <summary>Reads the one input of a body.</summary>
    public static Tensor ReadInput(string input) => (Tensor)Assert.Single(Read($$"""{"inputs":[{{input}}]}""").Inputs);

    /// <summary>Reads a body that has a fault, and returns the error.</summary>
    public static InvalidInputException Fault(string json) => Assert.Throws<InvalidInputException>(() => Read(json));

    /// <summary>Reads an input that has a fault, and returns the error.</summary>
    public static InvalidInputException InputFault(string input) => Fault($$"""{"inputs":[{{input}}]}""");
}
