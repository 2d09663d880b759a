using System.Globalization;
using k8s;
using k8s.Models;
using Orleans.Multiplex.Settings;
using Xunit;

namespace Orleans.Multiplex.Architecture.Tests.Manifests;

/// <summary>The manifests for Kubernetes: each is what Kubernetes knows, field by field, and what it sets is what the product knows.</summary>
public sealed class KubernetesTests
{
    private const string Folder = "silo/kubernetes";

    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Files => [.. Directory.GetFiles(Path.Combine(Repository.Root, Folder)).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Manifest_ReadStrictly_HasNoFieldThatKubernetesDoesNotKnow(string file) =>
        Assert.All(Load(file), static resource => Assert.NotNull(Assert.IsType<IKubernetesObject<V1ObjectMeta>>(resource, exactMatch: false).Metadata.Name));

    [Fact]
    public void Manifest_PlantedUnknownField_IsSeen() =>
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString("apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  selektor:\n    app: a\n", strict: true));

    [Theory]
    [InlineData("silo.yaml")]
    [InlineData("gateway.yaml")]
    public void Settings_OfTheContainers_AreSettings(string file)
    {
        var names = Container(file).Env.Select(static variable => variable.Name.Replace("__", ":", StringComparison.Ordinal)).Where(static name => name.StartsWith("Multiplex:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(names);
        Findings.None(names.Except(KnownSettings.Names, StringComparer.OrdinalIgnoreCase).Select(name => $"{file} sets {name}, which is no setting."));
    }

    [Theory]
    [InlineData("silo.yaml")]
    [InlineData("gateway.yaml")]
    public void Ports_AreThoseOfTheSettings(string file)
    {
        var container = Container(file);

        Assert.Equal(ValueOf(container, "Multiplex__Cluster__SiloPort"), Port("silo"));
        Assert.EndsWith($":{Port("http")}", ValueOf(container, "Kestrel__Endpoints__Http__Url"), StringComparison.Ordinal);
        Assert.All([container.LivenessProbe, container.ReadinessProbe], static probe => Assert.Equal("http", probe.HttpGet.Port.Value));

        string Port(string name) => container.Ports.Single(port => port.Name == name).ContainerPort.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Grace_OfASilo_HasRoomForPreStopTheDrainAndTheStop()
    {
        var pod = PodOf("silo.yaml");
        var drain = TimeSpan.Parse(ValueOf(Container("silo.yaml"), "Multiplex__Drain__Timeout"), CultureInfo.InvariantCulture);
        var preStop = TimeSpan.FromSeconds(pod.Containers[0].Lifecycle.PreStop.Sleep.Seconds);

        Assert.True(TimeSpan.FromSeconds(pod.TerminationGracePeriodSeconds!.Value) > preStop + drain + TimeToStop);
    }

    private static List<object> Load(string file) => KubernetesYaml.LoadAllFromString(Repository.Read($"{Folder}/{file}"), strict: true);

    private static V1PodSpec PodOf(string file) => Load(file).Select(static resource => resource switch
    {
        V1StatefulSet set => set.Spec.Template.Spec,
        V1Deployment deployment => deployment.Spec.Template.Spec,
        _ => null,
    }).OfType<V1PodSpec>().Single();

    private static V1Container Container(string file) => PodOf(file).Containers.Single();

    private static string ValueOf(V1Container container, string name) => container.Env.Single(variable => variable.Name == name).Value;
}
