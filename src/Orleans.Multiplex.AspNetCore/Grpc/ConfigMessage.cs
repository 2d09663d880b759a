using Google.Protobuf.Reflection;
using Orleans.Multiplex.AspNetCore.Grpc.Protocol;
using Orleans.Multiplex.AspNetCore.OpenInference;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>A model's configuration as the message that carries it.</summary>
internal static class ConfigMessage
{
    private static readonly EnumDescriptor DataTypes = OpenInferenceReflection.Descriptor.FindTypeByName<EnumDescriptor>("DataType");

    public static ModelConfig Write(string model, ModelConfiguration config)
    {
        var message = new ModelConfig
        {
            Name = model,
            Platform = config.Platform,
            Backend = config.Backend,
            MaxBatchSize = ModelConfiguration.MaxBatchSize,
        };
        message.Input.AddRange(config.Inputs.Select(static value => new ModelInput
        {
            Name = value.Name,
            DataType = TypeOf(value),
            Dims = { value.Dims.IsDefault ? [] : value.Dims },
            Optional = value.IsOptional,
        }));
        message.Output.AddRange(config.Outputs.Select(static value => new ModelOutput
        {
            Name = value.Name,
            DataType = TypeOf(value),
            Dims = { value.Dims.IsDefault ? [] : value.Dims },
        }));
        return message;
    }

    private static DataType TypeOf(ConfiguredValue value) => (DataType)DataTypes.FindValueByName(value.DataType).Number;
}
