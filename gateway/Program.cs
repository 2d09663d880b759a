using Orleans.Multiplex.Gateway;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(60));
builder.Services.AddMultiplexHttp(builder.Configuration);
builder.AddMultiplexTelemetry();
builder.UseOrleans(silo =>
{
    silo.UseMultiplexCluster().AddRedisCluster().AddMultiplexDashboard();
    if (GatewayRole.HoldsModels(builder.Configuration))
    {
        silo.AddMultiplex(options => options.Models ??= GatewayRole.SampleModels).AddS3Models().AddOnnxRuntime();
    }
    else
    {
        silo.AddMultiplexRouting();
    }
});

var app = builder.Build();
app.MapMultiplex();
app.MapMultiplexOpenApi();
app.MapMultiplexDashboard();
app.MapMultiplexMetrics();
app.MapMultiplexFallback();
app.SayWhatToTryWhenStarted();
await app.RunAsync();
