using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Errors;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>What a call of the model repository says beside its path.</summary>
/// <param name="ReadyOnly">Of an index: whether only models that are ready are wanted.</param>
/// <param name="Upload">Of a load: the parameter by which it brings files or a configuration of its own; null when it brings none.</param>
internal readonly record struct RepositoryRequest(bool ReadyOnly, string? Upload)
{
    /// <summary>Whether a parameter of a load brings what the store does not have.</summary>
    public static bool IsUpload(string parameter) =>
        parameter == "config" || parameter.StartsWith("file:", StringComparison.Ordinal);

    /// <summary>Refuses a load that brings files or a configuration: it would be passed over, and another model would run than is meant.</summary>
    /// <exception cref="BadHttpRequestException">It brings one (501).</exception>
    public void RequireNoUpload()
    {
        if (Upload is not null)
        {
            throw Unsupported($"The parameter \"{ErrorText.Cut(Upload, ErrorText.MaxNameBytes)}\" of a load is not supported: models are loaded as they are in the store. Put the model there.");
        }
    }

    /// <summary>There is one repository, which has no name.</summary>
    /// <exception cref="BadHttpRequestException">Another one is asked for (501).</exception>
    public static void RequireNoName(string repository)
    {
        if (repository.Length > 0)
        {
            throw Unsupported("There is one repository, which has no name; leave repository_name empty.");
        }
    }

    /// <summary>Reads a body, which may be empty. Unknown properties and parameters are passed over.</summary>
    /// <exception cref="InvalidInputException">It is not JSON, or a property has the wrong form.</exception>
    public static RepositoryRequest Read(ReadOnlySpan<byte> body, string model)
    {
        if (body.IsEmpty)
        {
            return default;
        }

        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            var request = Read(ref reader, model);
            reader.Read();
            return request;
        }
        catch (JsonException e)
        {
            throw new InvalidInputException(
                model, "", $"The body is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {e.Message}");
        }
    }

    private static RepositoryRequest Read(ref Utf8JsonReader reader, string model)
    {
        // A body that may be left out comes as null from clients that write what they do not have.
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidInputException(model, "", "The body must be an object, or empty.");
        }

        var (readyOnly, upload) = (false, (string?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadScope.IsProperty(ref reader, "ready"u8))
            {
                readyOnly = ReadScope.ReadOptional(ref reader) && (reader.TokenType is JsonTokenType.True or JsonTokenType.False
                    ? reader.GetBoolean()
                    : throw new InvalidInputException(model, "", "\"ready\" must be true or false."));
            }
            else if (ReadScope.IsProperty(ref reader, "parameters"u8))
            {
                upload = ReadScope.ReadOptional(ref reader) ? FindUpload(ref reader, model) : null;
            }
            else
            {
                reader.Skip();
            }
        }

        return new RepositoryRequest(readyOnly, upload);
    }

    private static string? FindUpload(ref Utf8JsonReader reader, string model)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new InvalidInputException(model, "", "\"parameters\" must be an object.");
        }

        string? upload = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadName(ref reader, model);
            upload = IsUpload(name) ? name : upload;
            reader.Skip();
        }

        return upload;
    }

    // Passed over, a name that is no text might be the upload.
    private static string ReadName(ref Utf8JsonReader reader, string model)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidInputException(model, "", "The name of a parameter is not valid UTF-8 text.");
        }
    }

    private static BadHttpRequestException Unsupported(string message) => new(message, StatusCodes.Status501NotImplemented);
}
