using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>What the caller of a request may ask for, beyond that its endpoint answers: which models.</summary>
internal sealed class AccessGrant(ApiKey? key, DateTimeOffset? until = null)
{
    private int _models;

    /// <summary>For a caller who needs no key.</summary>
    public static AccessGrant Everything { get; } = new(null);

    /// <summary>For a caller who has shown no key where there are some: what answers everybody tells of no model.</summary>
    public static AccessGrant Nothing { get; } = new(null) { IsNothing = true };

    private bool IsNothing { get; init; }

    /// <summary>The grant of a request that has passed the filter.</summary>
    /// <exception cref="InvalidOperationException">It has not: its endpoint was mapped past the filter.</exception>
    public static AccessGrant Of(HttpContext context) =>
        context.Features.Get<AccessGrant>() ?? throw new InvalidOperationException("The request has not passed the access filter.");

    /// <summary>When the grant is over: that of who has signed in. Null for one that is of this request alone.</summary>
    public DateTimeOffset? Until => until;

    /// <summary>By which name the caller is known.</summary>
    public string Name => key?.Name ?? (IsNothing ? "nobody" : "this machine");

    /// <summary>Whether the caller may do what needs a right.</summary>
    public bool Has(Right right) => key?.Has(right) ?? !IsNothing;

    /// <summary>Whether the caller may know of some models only.</summary>
    public bool IsLimited => key is { IsLimited: true };

    /// <summary>Whether the caller may know of the model: an endpoint that lists models leaves out the others.</summary>
    /// <param name="model">The model: <c>id</c>, or <c>id@version</c>.</param>
    public bool Covers(string model) => key is null ? !IsNothing : !key.IsLimited || (ModelKey.TryParse(model, out var parsed, out _) && key.Covers(parsed.Id));

    /// <summary>Why the caller may not ask for the model; null when it may.</summary>
    public Refusal? FindRefusal(ModelKey model) => key is null || key.Covers(model.Id)
        ? null
        : new Refusal(RefusalReason.OtherModels, $"The key '{key.Name}' is for other models.", key.Name);

    /// <summary>Why the caller may not act on a silo, which holds models of others; null when it may.</summary>
    public Refusal? FindRefusalOfSilos() => key is not { IsLimited: true }
        ? null
        : new Refusal(RefusalReason.OtherModels, $"The key '{key.Name}' is for some models only, and a silo holds others too.", key.Name);

    /// <summary>Counts what the caller does on a page, which is no request of its own.</summary>
    public Refusal? Count() => key?.Count();

    /// <summary>Counts a request that names a model. The first one of a call was counted with the call; a stream has more.</summary>
    public Refusal? CountModel() => key is null || Interlocked.Increment(ref _models) == 1 ? null : key.Count();
}
