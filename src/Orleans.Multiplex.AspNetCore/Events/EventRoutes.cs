using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.AspNetCore.OpenApi;

namespace Orleans.Multiplex.AspNetCore.Events;

/// <summary><c>GET /multiplex/events</c>: what happens in the cluster, as server-sent events.</summary>
internal static class EventRoutes
{
    /// <summary>The header by which a reader goes on where it was; browsers send it by themselves.</summary>
    public const string PositionHeader = "Last-Event-ID";

    private const string LastParameter = "last";
    private const string FollowParameter = "follow";
    private const int MostOfLast = 1000;
    private const int UsualLast = 100;

    private static readonly Operation GetEvents = new("getEvents", "Operation", "What happens in the cluster")
    {
        Description = "Loads, evictions with their reasons, failures, refusals, placements, silos that come and go, as they happen. Each event is an `Event` in JSON. The id that comes with the last one of "
            + "each look is the position: sent back as `Last-Event-ID`, by this or another server of the cluster, the stream goes on there. An event of the type `position` tells nothing but that.",
        Parameters =
        [
            Key(EventFilter.KindParameter), Key(EventFilter.ModelParameter), Key(EventFilter.SiloParameter), Key(LastParameter), Key(FollowParameter), PositionHeader,
        ],
        Answer = "Event",
        IsStream = true,
        Headers = [EventStream.BufferingHeader],
        Errors = [StatusCodes.Status400BadRequest, .. ErrorStatuses.OfCluster],
        Examples =
        [
            new("loads", "The last loads, and no more")
            {
                Parameters = new Dictionary<string, string> { [Key(EventFilter.KindParameter)] = "loaded", [Key(LastParameter)] = "100", [Key(FollowParameter)] = "false" },
                Answer = """
                    {"at":"2026-01-31T12:00:00.5+00:00","kind":"loaded","silo":"silo-1","sequence":7,"pool":"Inference","model":"1","version":1,"message":"Loaded '1' (43KiB) in 1.4 ms.",
                    "count":1,"tookSeconds":0.0014,"bytes":44036}
                    """,
            },
        ],
    };

    public static void MapEvents(this EndpointMap map) =>
        map.Map<EventStream>(HttpMethods.Get, "/multiplex/events", Right.Read, GetEvents, static (stream, context) => stream.AnswerAsync(
            context,
            context.Request.Headers[PositionHeader] is [{ Length: > 0 } position] ? position : null,
            ReadLast(context.Request.Query),
            EventFilter.Read(context.Request.Query),
            ReadFollow(context.Request.Query)));

    // As the document's components name it: other parameters of the same name are in paths.
    private static string Key(string parameter) => $"events.{parameter}";

    private static int ReadLast(IQueryCollection query) => query[LastParameter] switch
    {
        [] => UsualLast,
        [{ } text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last <= MostOfLast => last,
        var wrong => throw new BadHttpRequestException($"The parameter '{LastParameter}' is '{wrong}'; it must be a number from 0 to {MostOfLast}."),
    };

    private static bool ReadFollow(IQueryCollection query) => query[FollowParameter] switch
    {
        [] => true,
        [{ } text] when bool.TryParse(text, out var follows) => follows,
        var wrong => throw new BadHttpRequestException($"The parameter '{FollowParameter}' is '{wrong}'; it must be true or false."),
    };
}
