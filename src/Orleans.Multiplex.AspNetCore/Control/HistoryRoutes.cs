using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.Control;

/// <summary><c>GET /multiplex/history</c>: what each silo counted in the last quarter of an hour.</summary>
internal static class HistoryRoutes
{
    private const string SlotsParameter = "slots";

    private static readonly Operation GetHistory = new("getHistory", "Operation", "What the silos counted of late")
    {
        Description = "In slots of five seconds, the newest last, for up to a quarter of an hour. A silo that does not answer within a second is left out.",
        Parameters = [SlotsParameter],
        Answer = "History",
        Errors = [StatusCodes.Status400BadRequest, .. ErrorStatuses.OfCluster],
        Examples =
        [
            new("last", "The last slot")
            {
                Parameters = new Dictionary<string, string> { [SlotsParameter] = "1" },
                Answer = """
                    {"slotSeconds":5,"silos":[{"silo":"silo-1","slots":[{"hits":9,"coldStarts":1,"failed":0,"refused":0,"loaded":1,"loadsFailed":0,"evicted":0,
                    "p50Seconds":0.00004,"p99Seconds":0.0016}]}]}
                    """,
            },
        ],
    };

    public static void MapHistory(this EndpointMap map) =>
        map.Map<IMultiplexClient>(HttpMethods.Get, "/multiplex/history", Right.Read, GetHistory, static async (client, context) =>
        {
            var history = await client.GetHistoryAsync(ReadSlots(context.Request.Query), context.RequestAborted);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, json => FiguresJson.Write(json, history));
        });

    private static int ReadSlots(IQueryCollection query) => query[SlotsParameter] switch
    {
        [] => SiloHistory.MostSlots,
        [{ } text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var slots) && slots is >= 1 and <= SiloHistory.MostSlots => slots,
        var wrong => throw new BadHttpRequestException($"The parameter '{SlotsParameter}' is '{wrong}'; it must be a number from 1 to {SiloHistory.MostSlots}."),
    };
}
