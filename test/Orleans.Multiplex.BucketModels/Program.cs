// A silo host for own models whose files lie in a bucket: --Multiplex:Models=s3://my_bucket
using Orleans.Multiplex.BucketModels;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Information).AddFilter("Multiplex", LogLevel.Information);
builder.Services.AddMultiplexHttp(builder.Configuration);
builder.UseOrleans(silo => silo.UseMultiplexCluster().AddMultiplex().AddS3Models());

var app = builder.Build();
app.MapMultiplex();
app.MapMultiplexed<ITranslatorGrain, TranslateRequest, Translation>("/translate", (grain, request, token) => grain.TranslateAsync(request.Text, token));
await app.RunAsync();
