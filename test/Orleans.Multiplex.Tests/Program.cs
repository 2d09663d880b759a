using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit.Runner.InProc.SystemConsole;

// As a process that a test starts, or as the one that runs the tests.
return args is [CacheProcess.Role, var scene, var root]
    ? await CacheProcess.RunAsync(scene, root)
    : await ConsoleRunner.Run(args);
