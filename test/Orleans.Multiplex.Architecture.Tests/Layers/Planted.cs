namespace Orleans.Multiplex.Architecture.Tests.Layers.Planted
{
    namespace Upper
    {
        internal sealed class Attic
        {
            public static int Height => 3;

            public static string Text(int height) => $"{height}";
        }
    }

    // Each uses the room above it in another way.
    namespace Lower
    {
        internal static class UsesInAsyncBody
        {
            public static async Task<int> RunAsync()
            {
                await Task.Yield();
                return Upper.Attic.Height;
            }
        }

        internal static class UsesInBody
        {
            public static int Run() => Upper.Attic.Height;
        }

        internal static class UsesInField
        {
            public static readonly Upper.Attic Attic = new();
        }

        internal static class UsesInGenericArgument
        {
            public static List<Upper.Attic> Run() => [];
        }

        internal static class UsesInIterator
        {
            public static IEnumerable<int> Run()
            {
                yield return Upper.Attic.Height;
            }
        }

        internal static class UsesInLambda
        {
            public static Func<int, int> Run(int more) => height => Upper.Attic.Height + height + more;
        }

        internal static class UsesInMethodGroup
        {
            public static Func<int, string> Run() => Upper.Attic.Text;
        }

        internal static class UsesInTypeOf
        {
            public static Type Run() => typeof(Upper.Attic);
        }
    }
}
