namespace Orleans.Multiplex.Simulation.Serving;

/// <summary>The systems that are compared.</summary>
internal enum ServingSystem
{
    GlobalLru,
    Multiplex,
    RayServe,
    ModelMesh,
}
