namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>An entry of a list in a request, which is put into words only for an error.</summary>
/// <param name="List">The list: <c>inputs</c>.</param>
/// <param name="Index">The entry's place in it.</param>
/// <param name="Name">The entry's name, once that is read.</param>
internal readonly record struct ReadPlace(string List, int Index, string? Name = null)
{
    public override string ToString() => List is null ? "" : Name is null ? $" of {List}[{Index}]" : $" of {Name}";
}
