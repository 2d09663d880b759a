using Xunit;

// Each test has a cluster of processes and a browser, on a machine with few cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
