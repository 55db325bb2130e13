import type { Readable } from "node:stream";

/**
 * What a process has written so far, line by line; it grows as the process writes. Each line is read once: a test that looks again and again at the traffic
 * of an hour has no time to read all of it each time, and a process that nobody reads from comes to a halt.
 */
export function writtenLines<T>(output: Readable, read: (line: string) => T): readonly T[] {
  const lines: T[] = [];
  let rest = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.map(read));
  });
  return lines;
}
