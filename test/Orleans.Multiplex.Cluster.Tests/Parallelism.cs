using Xunit;

// Each test has a cluster of its own, with all its threads; the machine has few cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
