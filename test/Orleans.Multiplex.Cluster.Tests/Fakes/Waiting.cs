using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Bounds what a test waits for, so that what never comes is a failure and not a hang.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience, Token);

    public static Task Soon(this Task task) => task.WaitAsync(Patience, Token);

    /// <summary>Waits for what the product itself tells nobody of.</summary>
    /// <param name="holds">What is waited for.</param>
    /// <param name="describe">How things are, for the one who reads that it did not come.</param>
    public static async Task UntilAsync(Func<bool> holds, Func<string>? describe = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(Patience);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!holds())
        {
            try
            {
                await look.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!Token.IsCancellationRequested)
            {
                Assert.Fail($"It did not come within {Patience.TotalSeconds} s. {describe?.Invoke()}");
            }
        }
    }

    /// <summary>Asks until the answer is as it should be, and gives it.</summary>
    /// <param name="ask">Asks.</param>
    /// <param name="holds">Whether it is.</param>
    /// <param name="describe">The answer, for the one who reads that it never was.</param>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> holds, Func<T, string>? describe = null)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask().Soon();
            if (holds(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"It was not within {Patience.TotalSeconds} s. {describe?.Invoke(answer)}");
        }
    }
}
