using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What the readers of one body share: whose errors they are, and what its tensors may take.</summary>
/// <param name="model">The model asked for.</param>
/// <param name="bodyLength">The length of the JSON: no list in it has more elements than that.</param>
/// <param name="limit">The most bytes that its tensors may take together.</param>
/// <param name="account">What the tensors are charged to.</param>
/// <param name="memory">Where the memory of binary inputs comes from; null where it is the garbage collector's.</param>
internal sealed class ReadScope(string model, int bodyLength, long limit, BytesInFlight.Account account, InputMemory? memory = null)
{
    private const int ExcerptLength = 40;

    // The objects of an input or a text and its places in lists, beside its name, shape and elements.
    private const int EntryBytes = 256;

    private long _taken;
    private long _entries;

    /// <summary>The model asked for.</summary>
    public string Model => model;

    /// <summary>The length of the JSON.</summary>
    public int BodyLength => bodyLength;

    /// <summary>Charges the bytes of a tensor, before they are allocated.</summary>
    /// <exception cref="BadHttpRequestException">They are more than one request may have.</exception>
    /// <exception cref="OverloadedException">They do not fit beside what is in flight.</exception>
    public void Take(long bytes)
    {
        if (bytes > limit - _taken)
        {
            throw new BadHttpRequestException(
                $"The tensors of the request take more than {limit} bytes (Multiplex:MaxRequestBytes). Send fewer rows at once.",
                StatusCodes.Status413PayloadTooLarge);
        }

        account.Charge(bytes);
        _taken += bytes;
    }

    /// <summary>Memory for the bytes of an input, charged.</summary>
    /// <inheritdoc cref="Take"/>
    public Memory<byte> Rent(long bytes)
    {
        Take(bytes);
        if (memory is null)
        {
            return GC.AllocateUninitializedArray<byte>((int)bytes);
        }

        account.Charge(InputPool.Round((int)bytes) - bytes);
        return memory.Rent((int)bytes);
    }

    /// <summary>Charges what an input takes beside its elements: one without any would cost nothing, and there may be millions.</summary>
    /// <inheritdoc cref="Take"/>
    public void TakeInput(string name, int rank) => TakeEntry(name.Length + ((long)rank * sizeof(long) / sizeof(char)));

    /// <summary>Charges what a text takes that is kept while the call lasts: a wanted output's name, the request's id.</summary>
    /// <inheritdoc cref="Take"/>
    public void TakeText(string text) => TakeEntry(text.Length);

    private void TakeEntry(long characters)
    {
        var bytes = EntryBytes + (characters * sizeof(char));
        if (bytes > limit - _entries)
        {
            throw new BadHttpRequestException(
                $"The inputs and outputs of the request take more than {limit} bytes beside their elements (Multiplex:MaxRequestBytes). Send fewer at once.",
                StatusCodes.Status413PayloadTooLarge);
        }

        account.Charge(bytes);
        _entries += bytes;
    }

    /// <summary>A fault of the body.</summary>
    public InvalidInputException Fault(string message) => new InvalidInputException(model, "", message);

    /// <summary>A fault of one input.</summary>
    public InvalidInputException Fault(string input, string message) =>
        new InvalidInputException(model, input, $"Input '{ErrorText.Cut(input, ErrorText.MaxNameBytes)}': {message}");

    /// <summary>Whether the property at the reader has this name. One whose name is no text is none that anybody asks for.</summary>
    public static bool IsProperty(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>
    /// Goes on to the value of the optional property at the reader; false when it is null, which is as if the property were not there: many
    /// clients write all that their types have.
    /// </summary>
    public static bool ReadOptional(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.Null;
    }

    /// <summary>The text of the string at the reader.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="what">What the value is, for the error.</param>
    /// <param name="place">Whose it is, for the error; none where that is said already.</param>
    public string ReadText(ref Utf8JsonReader reader, string what, in ReadPlace place = default)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw Fault($"{what}{place} is {Excerpt(ref reader)}; it must be a string.");
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault($"{what}{place} is not valid UTF-8 text.");
        }
    }

    /// <summary>The flag at the reader.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="what">What the value is, for the error.</param>
    public bool ReadFlag(ref Utf8JsonReader reader, string what) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Fault($"{what} is {Excerpt(ref reader)}; it must be true or false."),
    };

    /// <summary>Checks that an object begins at the reader.</summary>
    /// <param name="reader">At the value.</param>
    /// <param name="what">What the value is, for the error.</param>
    /// <param name="place">Whose it is, for the error; none where that is said already.</param>
    public void CheckObject(ref Utf8JsonReader reader, string what, in ReadPlace place = default)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Fault($"{what}{place} is {Excerpt(ref reader)}; it must be an object.");
        }
    }

    /// <summary>What stands at the reader, short and printable.</summary>
    public static string Excerpt(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return "an object";
            case JsonTokenType.StartArray:
                return "an array";
        }

        var span = reader.ValueSpan;
        var text = string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(span[..Math.Min(span.Length, ExcerptLength)])}{(span.Length > ExcerptLength ? "…" : "")}");
        return reader.TokenType == JsonTokenType.String ? $"\"{text}\"" : text;
    }
}
