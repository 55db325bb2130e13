import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** Where a line of the log says of which kind it is. */
const HEAD = 120;

/**
 * How many steps the engine began, out of the log that the CLI writes with `--event-log`. Line by line: the log of a large mesh is longer
 * than a string can be.
 */
export async function countSteps(log: string): Promise<number> {
  let steps = 0;
  for await (const line of createInterface({ input: createReadStream(log), crlfDelay: Infinity })) {
    if (line.slice(0, HEAD).includes('"resourcePreEvent"')) {
      steps += 1;
    }
  }
  return steps;
}
