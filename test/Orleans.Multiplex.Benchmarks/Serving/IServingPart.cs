namespace Orleans.Multiplex.Benchmarks.Serving;

/// <summary>Some rows of the table that are measured together.</summary>
internal interface IServingPart
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>About how long it takes.</summary>
    double Seconds(Plan plan);

    IAsyncEnumerable<Row> MeasureAsync(Bench bench);
}
