// A silo host as a user would write it: own model classes beside the models of the store.
using Orleans.Multiplex.OwnModels;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.AddFilter("Orleans", LogLevel.Warning);
builder.Services.AddMultiplexHttp(builder.Configuration);
builder.AddMultiplexTelemetry();
builder.UseOrleans(silo => silo.UseMultiplexCluster().AddMultiplex().AddOnnxRuntime());

var app = builder.Build();
app.MapMultiplex();
app.MapMultiplexed<IGreeterGrain, GreetRequest, Greeting>("/greet", (grain, request, token) => grain.GreetAsync(request.Name, token));
app.MapMultiplexed<IGreeterGrain, GreetRequest, Greeting>("/greet-together", (grain, request, token) => grain.GreetTogetherAsync(request.Name, token));
await app.RunAsync();
