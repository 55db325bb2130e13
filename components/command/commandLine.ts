/**
 * What node is started with for a deploy-time command, before the runner, the script and the verb. The runner is called and not just loaded:
 * a file that is empty after a power loss has nothing to call, and is an error.
 */
export const COMMAND_LINE = ["-e", 'require(require("node:path").resolve(process.argv[1])).run()'] as const;
