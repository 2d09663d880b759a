using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// Reads one input: an object with <c>name</c>, <c>datatype</c>, <c>shape</c> and <c>data</c> in any order, or with the parameter
/// <c>binary_data_size</c> for <c>data</c>. Data that comes before what is needed to read it is passed over and read at the end.
/// </summary>
internal ref struct InputReader
{
    private readonly ReadScope _scope;
    private readonly int _index;
    private string? _name;
    private TensorType? _type;
    private ImmutableArray<long> _shape;
    private Tensor? _tensor;
    private Utf8JsonReader _data;
    private bool _hasData;
    private long? _binarySize;

    private InputReader(int index, ReadScope scope) => (_index, _scope) = (index, scope);

    /// <summary>Reads the input at which the reader is, and leaves the reader at its end; null when its bytes follow the JSON.</summary>
    public static Tensor? Read(ref Utf8JsonReader reader, int index, ReadScope scope, out BinaryInput? binary)
    {
        var input = new InputReader(index, scope);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw scope.Fault(input.Label, $"it is {ReadScope.Excerpt(ref reader)}; it must be an object with \"name\", \"datatype\", \"shape\" and \"data\".");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            input.ReadProperty(ref reader);
        }

        binary = input._binarySize is { } size ? input.Announce(size) : null;
        return binary is null ? input._tensor ?? input.ReadKeptData() : null;
    }

    private readonly ReadPlace Place => new("inputs", _index, _name);

    private readonly string Label => _name ?? $"inputs[{_index}]";

    private void ReadProperty(ref Utf8JsonReader reader)
    {
        if (ReadScope.IsProperty(ref reader, "name"u8))
        {
            CheckFirst(_name is null, "name");
            reader.Read();
            _name = _scope.ReadText(ref reader, "The name", Place);
        }
        else if (ReadScope.IsProperty(ref reader, "datatype"u8))
        {
            CheckFirst(_type is null, "datatype");
            reader.Read();
            _type = ReadType(ref reader);
        }
        else if (ReadScope.IsProperty(ref reader, "shape"u8))
        {
            CheckFirst(_shape.IsDefault, "shape");
            reader.Read();
            _shape = ReadShape(ref reader);
        }
        else if (ReadScope.IsProperty(ref reader, "data"u8))
        {
            CheckFirst(!_hasData, "data");
            if (ReadScope.ReadOptional(ref reader))
            {
                ReadOrKeepData(ref reader);
            }
        }
        else if (ReadScope.IsProperty(ref reader, "parameters"u8))
        {
            if (ReadScope.ReadOptional(ref reader))
            {
                ReadParameters(ref reader);
            }
        }
        else
        {
            reader.Skip();
        }
    }

    private readonly void CheckFirst(bool first, string property)
    {
        if (!first)
        {
            throw _scope.Fault(Label, $"it has \"{property}\" twice.");
        }
    }

    private void ReadOrKeepData(ref Utf8JsonReader reader)
    {
        _hasData = true;
        if (_name is { } name && _type is { } type && !_shape.IsDefault)
        {
            _tensor = TensorReader.Read(ref reader, name, type, _shape, _scope);
        }
        else
        {
            _data = reader;
            reader.Skip();
        }
    }

    private void ReadParameters(ref Utf8JsonReader reader)
    {
        _scope.CheckObject(ref reader, "The \"parameters\"", Place);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!ReadScope.IsProperty(ref reader, "binary_data_size"u8))
            {
                reader.Skip();
                continue;
            }

            CheckFirst(_binarySize is null, "binary_data_size");
            _binarySize = !ReadScope.ReadOptional(ref reader) ? null : reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) && size >= 0
                ? size
                : throw _scope.Fault(Label, $"its \"binary_data_size\" is {ReadScope.Excerpt(ref reader)}; it must be a number of bytes.");
        }
    }

    private readonly BinaryInput Announce(long size)
    {
        if (_hasData)
        {
            throw _scope.Fault(Label, "it has both \"data\" and \"binary_data_size\"; give one of them.");
        }

        CheckComplete(hasData: true);
        return new BinaryInput(_index, _name, _type.Value, _shape, size).Check(_scope);
    }

    private readonly Tensor ReadKeptData()
    {
        CheckComplete(_hasData);
        var reader = _data;
        return TensorReader.Read(ref reader, _name, _type.Value, _shape, _scope);
    }

    [MemberNotNull(nameof(_name), nameof(_type))]
    private readonly void CheckComplete(bool hasData)
    {
        if (_name is null || _type is null || _shape.IsDefault || !hasData)
        {
            var missing = _name is null ? "name" : _type is null ? "datatype" : _shape.IsDefault ? "shape" : "data";
            throw _scope.Fault(Label, $"it has no \"{missing}\".{(missing == "data" ? " Binary data is announced by the parameter \"binary_data_size\"." : "")}");
        }
    }

    private readonly TensorType ReadType(ref Utf8JsonReader reader)
    {
        var text = _scope.ReadText(ref reader, "The datatype", Place);
        if (!TensorTypes.TryParseProtocolName(text, out var type))
        {
            throw _scope.Fault(
                Label, $"its datatype is {ReadScope.Excerpt(ref reader)}; JSON carries {JsonTypes.Names}, and binary data {JsonTypes.OtherNames} too.");
        }

        return type;
    }

    private readonly ImmutableArray<long> ReadShape(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw _scope.Fault(Label, $"its shape is {ReadScope.Excerpt(ref reader)}; it must be an array of integers.");
        }

        var shape = ImmutableArray.CreateBuilder<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var dimension) || dimension < 0)
            {
                throw _scope.Fault(Label, $"dimension {shape.Count} of its shape is {ReadScope.Excerpt(ref reader)}; it must be an integer of at least 0.");
            }

            if (shape.Count == TensorShape.MaxRank)
            {
                throw _scope.Fault(Label, $"its shape has more than {TensorShape.MaxRank} dimensions.");
            }

            shape.Add(dimension);
        }

        return shape.DrainToImmutable();
    }
}
