import { readFileSync } from "node:fs";
import { mapLimited } from "../../../components/basics/mapLimited";
import { apply } from "../world/api";
import type { Apply } from "./floor";

/** Applies what it is given, as fast as it can, and says what that took: without the start of the process and the reading of the file. */

const AT_ONCE = 16;

async function main(): Promise<void> {
  const applies = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as readonly Apply[];
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await mapLimited(applies, AT_ONCE, ({ server, path, object }) => apply(server, path, "bench-floor", object));
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({
    wallSeconds: (performance.now() - begin) / 1000,
    cpuSeconds: (user + system) / 1e6,
    requests: applies.length,
  });
}

process.on("disconnect", () => process.exit(0));
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
