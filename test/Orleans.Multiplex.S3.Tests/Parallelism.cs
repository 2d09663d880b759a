using Orleans.Multiplex.S3.Tests;
using Xunit;

// All tests share one server, and some of them freeze it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Bucket))]
