import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join, resolve } from "node:path";

/** What a run of the demo came to. */
export interface DemoResult {
  /** What was shown: with nodes, or control planes alone. */
  readonly stage: string;
  readonly plugins: string;
  readonly times: readonly { readonly step: string; readonly seconds: string }[];
  /** Lines on traffic that was measured meanwhile. */
  readonly traffic: readonly string[];
  readonly peakMemoryMiB: number;
}

const FILE = join(resolve(__dirname, "..", ".."), "docs", "bench", "walkthrough.md");

/** Keeps a run as `docs/bench/walkthrough.md`, with the machine that it ran on. */
export function record({ stage, plugins, times, traffic, peakMemoryMiB }: DemoResult): string {
  const [cpu] = cpus();
  const total = times.reduce((sum, { seconds }) => sum + Number(seconds), 0);
  const lines = [
    "# The walkthrough, timed",
    "",
    "One run of `npm run demo -- --record`.",
    "",
    `- ${new Date().toISOString().slice(0, 10)}, ${stage}`,
    `- ${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}, Node ${process.version}`,
    `- ${plugins}`,
    `- memory taken at the peak, by everything: ${peakMemoryMiB} MiB`,
    "",
    "| step | seconds |",
    "| --- | ---: |",
    ...times.map(({ step, seconds }) => `| ${step} | ${seconds} |`),
    `| **all steps** | **${total.toFixed(1)}** |`,
    "",
    ...(traffic.length === 0 ? [] : ["Traffic meanwhile:", "", ...traffic.map((line) => `- ${line}`), ""]),
  ];
  mkdirSync(join(FILE, ".."), { recursive: true });
  writeFileSync(FILE, lines.join("\n"));
  return FILE;
}
