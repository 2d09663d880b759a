using System.Text;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>A table as Markdown has it.</summary>
internal static class MarkdownTable
{
    public static string Write(IReadOnlyList<string> head, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        WriteRow(text, head);
        WriteRow(text, [.. head.Select(static _ => "---")]);
        foreach (var row in rows)
        {
            WriteRow(text, row);
        }

        return text.ToString();
    }

    private static void WriteRow(StringBuilder text, IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
