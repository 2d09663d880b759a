using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.AspNetCore.ModelHeader;

/// <summary>The model that a header names: <c>serve_multiplexed_model_id</c>, in any case, also with <c>-</c> for <c>_</c>, which some proxies ask for.</summary>
internal static class ModelIdHeader
{
    public const string Name = "serve_multiplexed_model_id";

    /// <summary>Reads the model id of a request.</summary>
    /// <exception cref="InvalidModelIdException">The header is missing, empty, given with different values, or its value is no model id.</exception>
    /// <exception cref="RefusedException">The caller may not ask for this model.</exception>
    public static ModelKey Read(HttpContext context)
    {
        string? model = null;
        foreach (var header in context.Request.Headers)
        {
            if (!IsName(header.Key))
            {
                continue;
            }

            foreach (var value in header.Value)
            {
                if (model is not null && value != model)
                {
                    throw new InvalidModelIdException($"{model}, {value}", $"the header {Name} is given more than once, with different values; set it once.");
                }

                model = value ?? "";
            }
        }

        if (string.IsNullOrEmpty(model))
        {
            throw new InvalidModelIdException(model, $"set the header {Name} to the id of the model.");
        }

        return RequestModel.Admit(context, model);
    }

    private static bool IsName(string header)
    {
        if (header.Length != Name.Length)
        {
            return false;
        }

        for (var i = 0; i < Name.Length; i++)
        {
            if (char.ToLowerInvariant(header[i]) != Name[i] && !(header[i] == '-' && Name[i] == '_'))
            {
                return false;
            }
        }

        return true;
    }
}
