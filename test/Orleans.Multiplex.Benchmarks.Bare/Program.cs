using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Orleans.Multiplex.Benchmarks.Bare;

// --models=<folder of {id}/model.onnx> [--runs=<how many go on at once; 0 for no bound>]: what one writes who needs a server for a few models and knows .NET, ASP.NET Core and
// ONNX Runtime well. No eviction, no loading, no checks beyond what keeps it from falling over.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var folder = builder.Configuration["models"] ?? throw new InvalidOperationException("--models=<folder> is missing.");
using var models = new ModelTable(folder, builder.Configuration.GetValue("runs", 0));
builder.Services.AddSingleton(models);
builder.Services.AddSingleton(new RpcEndpoint(models));
builder.Services.AddGrpc();

var app = builder.Build();
app.MapPost("/v2/models/{model}/infer", RestEndpoint.AnswerAsync);
app.MapGrpcService<RpcEndpoint>();
app.Lifetime.ApplicationStarted.Register(() =>
{
    var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
    Console.WriteLine($"The server listens on {addresses[^1]}, and for gRPC on {addresses[0]}.");
});
await app.RunAsync();
