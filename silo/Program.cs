using Orleans.Multiplex.Silo;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddMultiplexHttp(builder.Configuration);
builder.AddMultiplexTelemetry();
builder.ListenOnFirstFreePort(from: 8080);
builder.UseOrleans(silo => silo
    .UseMultiplexCluster()
    .AddRedisCluster()
    .AddMultiplex(options => options.Models ??= Path.Combine(AppContext.BaseDirectory, "models"))
    .AddS3Models()
    .AddOnnxRuntime()
    .AddMultiplexDashboard());

var app = builder.Build();
app.MapMultiplex();
app.MapMultiplexOpenApi();
app.MapMultiplexDashboard();
app.MapMultiplexMetrics();
app.MapMultiplexFallback();
app.SayWhereWhenStarted();
await app.RunAsync();
